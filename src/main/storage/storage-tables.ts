import { quoteIdentifier, quoteLiteral } from '../../protocol/column-type.js'
import { PersistenceError } from '../errors/persistence-error.js'
import type { PersistenceService } from '../persistence-service.js'

/** What was read of the tables of a store when they were prepared. */
export interface StorageState {
  /** The last number that a save has. */
  readonly sequence: number
  /** Rows of the log. */
  readonly logRows: number
  /** Whether values are in a VARCHAR, as a file of other origin may have them. */
  readonly isText: boolean
}

interface State {
  readonly sequence: number
  readonly rows: number
  readonly type: string
  readonly isCurrent: boolean
}

/**
 * A key, its value as text, and whether that is JSON; SQL's NULL counts as JSON's. DuckDB also takes NaN, Infinity and
 * a comma too many, which are worth a second look where there may be one.
 */
const entryColumns = `key, value::VARCHAR AS value, value IS NULL OR json_valid(value::VARCHAR) AS "isValid",
  coalesce(regexp_matches(value::VARCHAR, '(?i)nan|inf|,\\s*[\\]}]'), false) AS "isDoubtful"`

/** SQL of the entries in a Parquet file, as `entriesSql` has them. */
export function parquetSql(file: string): string {
  return `SELECT ${entryColumns} FROM read_parquet(${quoteLiteral(file)})`
}

/**
 * The tables of a store, and the view that makes one of them.
 *
 * | name                     | columns                       | holds                                                 |
 * | ------------------------ | ----------------------------- | ----------------------------------------------------- |
 * | `__duckpaddle_NAME_base` | key, value                    | entries as they were when the log was last folded     |
 * | `__duckpaddle_NAME_log`  | seq, key, value, is_deleted   | what was saved since: appended only, never looked up  |
 * | `NAME`, a view           | key, value                    | the entries                                           |
 *
 * A save appends to the log and is so as fast however many entries there are; to update a table of 1,000,000 takes
 * longer than one of 100,000. `seq` rises from save to save; a row without a key says that all before it is gone.
 */
export class StorageTables {
  readonly log: string
  readonly #service: PersistenceService
  readonly #name: string
  readonly #base: string

  constructor(service: PersistenceService, name: string) {
    this.#service = service
    this.#name = name
    this.#base = `__duckpaddle_${name}_base`
    this.log = `__duckpaddle_${name}_log`
  }

  /** Creates what is missing, and takes over a plain table of `key` and `value`, which becomes the base. */
  async prepare(): Promise<StorageState> {
    const [view, base] = [quoteIdentifier(this.#name), quoteIdentifier(this.#base)]
    const log = quoteIdentifier(this.log)
    if (!(await this.#isPrepared())) {
      const plain = await this.#findPlainTable()
      const create = plain ? `AS SELECT key, value FROM main.${view}` : '(key VARCHAR, value JSON)'
      await this.#service.run(`BEGIN TRANSACTION;
        CREATE TABLE main.${base} ${create};
        CREATE TABLE main.${log} AS SELECT 0::BIGINT AS seq, key, value, false AS is_deleted FROM main.${base} LIMIT 0;
        ${plain ? `DROP TABLE main.${view};` : ''}
        CREATE VIEW main.${view} AS ${this.#viewSql};
        COMMIT`)
    }
    const [state] = await this.#service.query<State>(
      `SELECT coalesce(max(seq), 0)::DOUBLE AS sequence, count(*)::DOUBLE AS rows,
       (SELECT data_type FROM duckdb_columns() WHERE ${this.#isNamed('table_name', this.log)} AND column_name COLLATE "binary" = 'value') AS type,
       (SELECT contains(sql, 'COLLATE') FROM duckdb_views() WHERE ${this.#isNamed('view_name', this.#name)}) AS "isCurrent"
       FROM main.${log}`,
    )
    if (state?.isCurrent === false) await this.#replaceView()
    return { sequence: state?.sequence ?? 0, logRows: state?.rows ?? 0, isText: state?.type === 'VARCHAR' }
  }

  /** SQL of all entries, and whether their values are JSON. */
  get entriesSql(): string {
    return `SELECT ${entryColumns} FROM (${this.#viewSql})`
  }

  /** Moves the log into the base: one transaction, by a hash join. */
  async fold(): Promise<void> {
    const base = `main.${quoteIdentifier(this.#base)}`
    const log = `main.${quoteIdentifier(this.log)}`
    await this.#service.run(`BEGIN TRANSACTION;
      DELETE FROM ${base} WHERE EXISTS (SELECT 1 FROM ${log} WHERE key IS NULL);
      DELETE FROM ${base} WHERE key COLLATE "binary" IN (SELECT key COLLATE "binary" FROM ${log} WHERE key IS NOT NULL);
      INSERT INTO ${base} (key, value) ${this.#latestSql};
      DELETE FROM ${log};
      COMMIT`)
  }

  async exportParquet(file: string): Promise<number> {
    const select = `SELECT key, value FROM (${this.#viewSql}) ORDER BY key COLLATE "binary" ASC NULLS LAST`
    const { rowsChanged } = await this.#service.run(
      `COPY (${select}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
    )
    return rowsChanged
  }

  /** The entries of the log, each as it was saved last. */
  get #latestSql(): string {
    const log = `main.${quoteIdentifier(this.log)}`
    return `SELECT l.key, l.value FROM ${log} l
      JOIN (SELECT key COLLATE "binary" AS key, max(seq) AS seq FROM ${log} WHERE key IS NOT NULL
        GROUP BY key COLLATE "binary") last
      ON last.key COLLATE "binary" = l.key COLLATE "binary" AND last.seq = l.seq
      WHERE NOT l.is_deleted AND l.seq > coalesce((SELECT max(seq) FROM ${log} WHERE key IS NULL), -1)`
  }

  get #viewSql(): string {
    const log = `main.${quoteIdentifier(this.log)}`
    return `SELECT b.key, b.value FROM main.${quoteIdentifier(this.#base)} b ANTI JOIN ${log} l
      ON l.key COLLATE "binary" = b.key COLLATE "binary"
      WHERE NOT EXISTS (SELECT 1 FROM ${log} WHERE key IS NULL)
      UNION ALL ${this.#latestSql}`
  }

  /** Earlier versions made a view that has other entries where `default_collation` is set. */
  async #replaceView(): Promise<void> {
    const sql = `CREATE OR REPLACE VIEW main.${quoteIdentifier(this.#name)} AS ${this.#viewSql}`
    await this.#service.run(sql).catch((error) => {
      // It can be read all the same.
      if (!(error instanceof PersistenceError) || error.code !== 'PERSIST_READ_ONLY') throw error
    })
  }

  async #isPrepared(): Promise<boolean> {
    const sql = `SELECT view_name FROM duckdb_views() WHERE ${this.#isNamed('view_name', this.#name)}
      UNION ALL SELECT table_name FROM duckdb_tables()
      WHERE ${this.#isNamed('table_name', this.#base)} OR ${this.#isNamed('table_name', this.log)}`
    const found = await this.#service.query(sql)
    if (found.length === 0 || found.length === 3) return found.length === 3
    const message = `\`${this.#name}\` is not a store: of its view and its two tables, only ${found.length} are there`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }

  async #findPlainTable(): Promise<boolean> {
    const rows = await this.#service.query<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM duckdb_columns()
       WHERE ${this.#isNamed('table_name', this.#name)} ORDER BY column_index ASC NULLS LAST`,
    )
    if (rows.length === 0) return false
    const columns = rows.map(({ name, type }) => `${name.toLowerCase()} ${type}`).sort()
    const isPlain =
      columns.length === 2 && columns[0] === 'key VARCHAR' && /^value (JSON|VARCHAR)$/.test(columns[1] ?? '')
    if (isPlain) return true
    const message = `The table \`${this.#name}\` has (${rows.map(({ name, type }) => `${name} ${type}`).join(', ')}), not (key VARCHAR, value JSON)`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }

  #isNamed(column: string, name: string): string {
    const isInMain =
      'database_name COLLATE "binary" = current_database() AND schema_name COLLATE "binary" = \'main\''
    return `${isInMain} AND lower(${column}) COLLATE "binary" = lower(${quoteLiteral(name)})`
  }
}
