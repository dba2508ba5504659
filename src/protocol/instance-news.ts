/** What main must know of the instance for as long as the database is open, and so for every opening to come. */
export interface InstanceNews {
  /** Settings that SQL has changed since the last news. */
  readonly settingChanges?: SettingChanges
  /** The instance must be closed, which it does without a checkpoint, and opened again. */
  readonly mustReopen?: true
  /** What it takes, where that is not what the last news said. */
  readonly sizes?: InstanceSizes
}

export interface InstanceSizes {
  /** Bytes of the database file; 0 in memory, and of a catalog of another engine. */
  readonly fileBytes: number
  /** Bytes that DuckDB has in use, by `duckdb_memory()`. */
  readonly memoryBytes: number
}

/** DuckDB settings by their names; a list is one of paths. */
export type Settings = Readonly<Record<string, string | readonly string[]>>

/** What global settings are now; null where one has no value. */
export type SettingChanges = Readonly<Record<string, string | null>>
