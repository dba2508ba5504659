import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Send, UpsertBy } from './remote-upserts.js'

/** Where a table is, of which a file's path is the name. */
export interface Place {
  /** What `open()` is given, and what SQL attaches. */
  readonly database: string
  /** Paths of files. */
  readonly extensions: readonly string[]
  /** SQL that comes before it is attached; empty for none. */
  readonly init: string
  /** Options of its ATTACH, where SQL attaches it. */
  readonly attachOptions?: string
  /** What its columns are of instead of types that it does not have. */
  readonly types?: Readonly<Record<string, string>>
  /** How a row is written by its key without this library. */
  readonly upsertBy: UpsertBy
  /** Of SQL that is the engine's own, what DuckDB is given. */
  readonly send?: Send
  /** Starts a server that has it, for as long as it is open; resolves to what ends it. */
  serve?(): Promise<() => Promise<void>>
}

/** What `npm run bench:remote` has told, which is undefined elsewhere. */
const { REMOTE_ROOT, REMOTE_POSTGRES, REMOTE_MYSQL } = process.env
const [quackAddress, quackToken] = ['localhost:19495', 'a token of the benchmark']

export const remoteEngines = {
  'a local file': (path) => ({ database: path, extensions: [], init: '', upsertBy: 'ON CONFLICT' }),
  'DuckLake, DuckDB catalog': (path) => lake(path, `${path}.ducklake`, '', 'ducklake'),
  'DuckLake, PostgreSQL catalog': (path) =>
    lake(
      path,
      `postgres:${REMOTE_POSTGRES}`,
      `, METADATA_SCHEMA 'lake_${nameOf(path)}'`,
      'ducklake',
      'postgres_scanner',
    ),
  PostgreSQL: () => ({
    database: `postgres:${REMOTE_POSTGRES}`,
    extensions: [extension('postgres_scanner')],
    init: '',
    upsertBy: 'ON CONFLICT',
    send: (sql) => `CALL postgres_execute('place', ${quote(sql)})`,
  }),
  // Its extension has no upsert.
  SQLite: (path) => ({
    database: `sqlite:${path}.sqlite`,
    extensions: [extension('sqlite_scanner')],
    init: '',
    attachOptions: "(JOURNAL_MODE 'wal')",
    types: { INTEGER: 'BIGINT' },
    upsertBy: 'DELETE',
  }),
  MySQL: () => ({
    database: `mysql:${REMOTE_MYSQL}`,
    extensions: [extension('mysql_scanner')],
    init: '',
    upsertBy: 'ON DUPLICATE KEY',
    send: (sql) => `CALL mysql_execute('place', ${quote(toMysql(sql))})`,
  }),
  Quack: (path) => ({
    database: `quack:${quackAddress}`,
    extensions: quackExtensions(),
    init: `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`,
    upsertBy: 'ON CONFLICT',
    send: (sql) => `FROM place.query(${quote(sql)})`,
    serve: () => serveQuack(path),
  }),
} as const satisfies Readonly<Record<string, (path: string) => Place>>

/** Those that have no JSON: their events are plain. */
export const plainEngines: ReadonlySet<string> = new Set(['SQLite', 'MySQL'])

export type RemoteEngine = keyof typeof remoteEngines

/** Whether they can be reached. */
export function hasRemoteEngines(): boolean {
  return [REMOTE_ROOT, REMOTE_POSTGRES, REMOTE_MYSQL].every((told) => told !== undefined)
}

/** What no other file of any trial is called, in the letters that names have in SQL. */
export function nameOf(path: string): string {
  return `${basename(path).replaceAll(/\W/g, '_')}_${process.pid}`
}

function lake(path: string, metadata: string, options: string, ...extensions: readonly string[]): Place {
  const data = `${path}.files`
  mkdirSync(data, { recursive: true })
  const places = `METADATA_PATH '${metadata}', DATA_PATH '${data}'${options}`
  return {
    database: 'ducklake:lake',
    extensions: extensions.map(extension),
    init: `CREATE SECRET lake (TYPE ducklake, ${places})`,
    upsertBy: 'MERGE',
  }
}

/** Its server is a process of its own, which has the file. */
async function serveQuack(path: string): Promise<() => Promise<void>> {
  const root = String(REMOTE_ROOT)
  const settings = { database: path, address: quackAddress, token: quackToken, extensions: quackExtensions() }
  const args = [join(root, 'test/remote/support/quack-server.mjs'), JSON.stringify(settings)]
  const cwd = join(root, 'build/remote/application')
  const server = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface(server.stdout), 'line')
  return async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
}

/** Of SQL whose texts have no quotes. */
function toMysql(sql: string): string {
  return sql.replaceAll('"', '`').replaceAll(/\bVARCHAR\b/g, 'TEXT')
}

function quote(sql: string): string {
  return `'${sql.replaceAll("'", "''")}'`
}

function quackExtensions(): string[] {
  return [extension('httpfs'), extension('quack')]
}

function extension(name: string): string {
  return join(String(REMOTE_ROOT), 'build/remote/extensions', `${name}.duckdb_extension`)
}
