import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'
import { extensionFile } from './extensions.js'
import { createPostgresDatabase, postgresConnection, postgresPort } from './postgres.js'
import { freeQuackAddress, quackToken, startQuack, stopQuack } from './quack.js'

/** A place for tables, which several services can open. */
export interface Catalog {
  /** Opens it as another process would. */
  open(options?: OpenOptions): Promise<PersistenceService>
  /** What `table()` is given beside the columns. */
  readonly table: { readonly catalog?: string }
  /** Has a service know tables as any other does, which has not made them. */
  readonly refresh?: string
  /** The name of a table in SQL. */
  name(table: string): string
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
  return { open: (more) => open(database, { ...options, ...more }), table: {}, name: (table) => table }
}

/** A lake whose tables are described in a DuckDB file, or in a schema of a PostgreSQL. */
function lake(folder: string, metadata: string, extensions: readonly string[]): Catalog {
  const data = join(folder, `lake${++count}`)
  mkdirSync(data)
  const schema = `lake_${process.pid}_${count}`
  const secret = `CREATE SECRET lake (TYPE ducklake, METADATA_PATH '${metadata}', DATA_PATH '${data}', METADATA_SCHEMA '${schema}')`
  return catalog('ducklake:lake', { extensions, init: secret })
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
    name: 'PostgreSQL',
    isShared: true,
    create: () => {
      const connection = postgresConnection(postgresPort, createPostgresDatabase())
      const extensions = [extensionFile('postgres_scanner')]
      return { ...catalog(`postgres:${connection}`, { extensions }), refresh: 'CALL pg_clear_cache()' }
    },
  },
  {
    name: 'Quack',
    isShared: true,
    create: async () => {
      const extensions = [extensionFile('httpfs'), extensionFile('quack')]
      const init = `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`
      const address = await freeQuackAddress()
      const server = await startQuack(':memory:', address)
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
