/** What is run whenever the database is opened. */
export interface Startup {
  /** Names of extensions, or paths of their files. */
  readonly extensions: readonly string[]
  /** Whether those that are not there are downloaded. */
  readonly installExtensions: boolean
  /** SQL, each of one or more statements. */
  readonly init: readonly string[]
}

/** A catalog that DuckDB reaches by an extension. */
export interface RemoteCatalog {
  /** As it was given to `open()`, such as `ducklake:meta.ducklake`; may hold secrets. */
  readonly url: string
  /** What SQL calls it. */
  readonly name: string
  /** What SQL calls it where rows are written, for a server that knows no other transaction than that of a connection. */
  readonly writes?: string
  /** DuckDB's name of the type, by which it is attached; absent where the beginning of the URL says it. */
  readonly type?: string
  /** Names of the extensions that it needs. */
  readonly extensions: readonly string[]
  /** SQL that comes before it is attached. */
  readonly before?: string
  /** What its ATTACH is given, such as `READ_ONLY`. */
  readonly options: readonly string[]
}

/** `checkpoint_threshold` where main decides when the log is moved: far beyond, so that no COMMIT does it. */
export const leftToMain = '1GB'
