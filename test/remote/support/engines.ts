import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'
import { extensionFile } from './extensions.js'
import { createMariadbDatabase, mariadbConnection, mariadbPort } from './mariadb.js'
import { createPostgresDatabase, postgresConnection, postgresPort } from './postgres.js'
import { freeQuackAddress, quackToken, startQuack, stopQuack } from './quack.js'

/** What `open()` is given. */
export interface Place {
  readonly database: string
  readonly options: OpenOptions
}

/** A place for tables, which several services can open. */
export interface Catalog {
  readonly place: Place
  /** Opens it as another process would. */
  open(options?: OpenOptions): Promise<PersistenceService>
  /** What `table()` is given beside the columns. */
  readonly table: { readonly catalog?: string }
  /** Has a service know tables as any other does, which has not made them. */
  readonly refresh?: string
  /** The name of a table in SQL. */
  name(table: string): string
  /** Makes a table as another program would, where DuckDB has not all of the types for it. */
  declare?(table: string, columns: Readonly<Record<string, string>>): void
  /** Ends what serves it alone. */
  end?(): Promise<void>
}

export interface Engine {
  readonly name: string
  /** Whether several processes can have it open. */
  readonly isShared: boolean
  /** Makes one with nothing in it. */
  create(folder: string): Catalog | Promise<Catalog>
}

let count = 0

function catalog(database: string, options: OpenOptions): Catalog {
  const place = { database, options }
  return {
    place,
    open: (more) => open(database, { ...options, ...more }),
    table: {},
    name: (table) => table,
  }
}

/** A lake whose tables are described in a DuckDB file, or in a schema of a PostgreSQL. */
function lake(folder: string, metadata: string, extensions: readonly string[]): Catalog {
  const data = join(folder, `lake${++count}`)
  mkdirSync(data)
  const schema = `lake_${process.pid}_${count}`
  const secret = `CREATE SECRET lake (TYPE ducklake, METADATA_PATH '${metadata}', DATA_PATH '${data}', METADATA_SCHEMA '${schema}')`
  return catalog('ducklake:lake', { extensions, init: secret })
}

/** Runs SQL in the SQLite of Python. */
export function runSqlite(file: string, sql: string): void {
  const program = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])'
  execFileSync('python3', ['-c', program, file, sql])
}

/** An SQLite file, whose tables have a TIMESTAMP where that is declared by others than DuckDB. */
function sqlite(file: string): Catalog {
  return {
    ...catalog(`sqlite:${file}`, { extensions: [extensionFile('sqlite_scanner')] }),
    declare: (table, columns) => {
      const parts = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
      runSqlite(file, `CREATE TABLE ${table} (${parts.join(', ')})`)
    },
  }
}

export const engines: readonly Engine[] = [
  {
    name: 'a local file',
    isShared: false,
    create: (folder) => catalog(join(folder, `${++count}.duckdb`), {}),
  },
  {
    name: 'an attached file',
    isShared: false,
    create: (folder) => {
      const own = join(folder, `${++count}.duckdb`)
      const init = `ATTACH '${join(folder, `${++count}.duckdb`)}' AS other`
      return {
        place: { database: own, options: { init } },
        open: (more) => open(own, { init, ...more }),
        table: { catalog: 'other' },
        name: (table) => `other.${table}`,
      }
    },
  },
  {
    name: 'DuckLake, its catalog a DuckDB file',
    isShared: false,
    create: (folder) => {
      const metadata = join(folder, `${++count}.ducklake`)
      const data = join(folder, `lake${count}`)
      const secret = `CREATE SECRET lake (TYPE ducklake, METADATA_PATH '${metadata}', DATA_PATH '${data}')`
      return catalog('ducklake:lake', { extensions: [extensionFile('ducklake')], init: secret })
    },
  },
  {
    name: 'DuckLake, its catalog in PostgreSQL',
    isShared: true,
    create: (folder) =>
      lake(folder, `postgres:${postgresConnection()}`, [
        extensionFile('ducklake'),
        extensionFile('postgres_scanner'),
      ]),
  },
  {
    name: 'DuckLake, its catalog in SQLite',
    isShared: true,
    create: (folder) => {
      const [metadata, data] = [join(folder, `${++count}.sqlite`), join(folder, `lake${count}`)]
      const secret = `CREATE SECRET lake (TYPE ducklake, METADATA_PATH 'sqlite:${metadata}', DATA_PATH '${data}', METADATA_PARAMETERS MAP {'JOURNAL_MODE': 'wal'})`
      const extensions = [extensionFile('ducklake'), extensionFile('sqlite_scanner')]
      return catalog('ducklake:lake', { extensions, init: secret })
    },
  },
  {
    name: 'PostgreSQL',
    isShared: true,
    create: () => {
      const connection = postgresConnection(postgresPort, createPostgresDatabase())
      const extensions = [extensionFile('postgres_scanner')]
      return { ...catalog(`postgres:${connection}`, { extensions }), refresh: 'CALL pg_clear_cache()' }
    },
  },
  {
    name: 'MySQL',
    isShared: true,
    create: () => {
      const connection = mariadbConnection(mariadbPort, createMariadbDatabase())
      const extensions = [extensionFile('mysql_scanner')]
      return { ...catalog(`mysql:${connection}`, { extensions }), refresh: 'CALL mysql_clear_cache()' }
    },
  },
  {
    name: 'SQLite',
    isShared: true,
    create: (folder) => sqlite(join(folder, `${++count}.sqlite`)),
  },
  {
    name: 'Quack',
    isShared: true,
    create: async (folder) => {
      const extensions = [extensionFile('httpfs'), extensionFile('quack')]
      const init = `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`
      const address = await freeQuackAddress()
      const server = await startQuack(join(folder, `${++count}.duckdb`), address)
      const end = () => stopQuack(server)
      return { ...catalog(`quack:${address}`, { extensions, init }), end }
    },
  },
]

/** A folder for catalogs, and what removes it. */
export function catalogFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'duckpaddle-remote-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A name that no table has, in any catalog. */
export function newTable(): string {
  return `t_${process.pid}_${++count}`
}
