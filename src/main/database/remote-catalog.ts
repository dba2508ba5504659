import type { RemoteCatalog } from '../../protocol/startup.js'

/** What is known of a kind of catalogs, by the beginning of their URLs. */
interface Engine {
  /** What SQL calls a catalog of it. */
  readonly name: string
  readonly extensions: readonly string[]
  readonly writes?: string
  /** Options of its ATTACH, unless it is opened for reading only. */
  readonly options?: readonly string[]
  /** SQL that comes before it is attached. */
  readonly before?: string
}

const engines: Readonly<Record<string, Engine>> = {
  ducklake: { name: 'ducklake', extensions: ['ducklake'] },
  // Its client goes by HTTP.
  quack: { name: 'quack', extensions: ['httpfs', 'quack'], writes: 'quack_writes' },
  md: { name: 'md', extensions: ['motherduck'] },
  postgres: { name: 'postgres', extensions: ['postgres'] },
  mysql: { name: 'mysql', extensions: ['mysql'] },
  sqlite: {
    name: 'sqlite',
    extensions: ['sqlite'],
    // With any other a COMMIT may fail beside a reader, and DuckDB's extension then keeps the file locked for good.
    options: ["JOURNAL_MODE 'wal'"],
    // Several threads read parts of a table each in a transaction of its own, between which others may write.
    before: 'SET GLOBAL sqlite_disable_multithreaded_scans = true',
  },
}

const beginning = /^(ducklake|quack|md|postgres|mysql|sqlite):(.*)$/is

/** What a `database` means that is no file of DuckDB's; undefined for others. */
export function findRemoteCatalog(database: string, readOnly: boolean): RemoteCatalog | undefined {
  const [, scheme = '', rest = ''] = beginning.exec(database) ?? []
  const engine = engines[scheme.toLowerCase()]
  if (engine === undefined) return undefined
  // The catalog of a lake may be another engine's: `ducklake:postgres:dbname=lake`.
  const [, inner = ''] = scheme.toLowerCase() === 'ducklake' ? (beginning.exec(rest) ?? []) : []
  const extensions = [...engine.extensions, ...(engines[inner.toLowerCase()]?.extensions ?? [])]
  const { name, options = [], extensions: _, ...others } = engine
  const parts = { ...others, url: database, extensions, options: readOnly ? ['READ_ONLY'] : options }
  // DuckDB takes `postgres://host` for the URL of a file, and MotherDuck's databases have their names already.
  if (rest.startsWith('//')) return { ...parts, name, type: name }
  return { ...parts, name: name === 'md' ? (/^[^?]+/.exec(rest)?.[0] ?? '') : name }
}

/** The name of a database as others may read it: what a connection takes may be secret. */
export function hideConnection(database: string): string {
  const isRemote = typeof database === 'string' && findRemoteCatalog(database, false) !== undefined
  return isRemote ? `${database.slice(0, database.indexOf(':'))}:***` : database
}
