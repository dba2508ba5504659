import { foldName, isNamed, qualify, quoteIdentifier, quoteLiteral } from '../../protocol/sql.js'
import { quoteName } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { ServiceInternals } from '../service-internals.js'
import { checkPlainTable } from './check-plain-table.js'
import { compactSql, createLogSql, entriesSql, type StoreParts, viewSql } from './storage-sql.js'
import {
  type FoundColumn,
  hasTimes,
  missingTimestamps,
  newStoreColumns,
  type StoreColumn,
  toStoreColumns,
} from './store-columns.js'

/** What was read of the tables of a store when they were prepared. */
export interface StorageState {
  /** The last number that a save has. */
  readonly sequence: number
  /** Rows of the log. */
  readonly logRows: number
}

/**
 * The tables of a store, and the view that makes one of them.
 *
 * | name                     | columns                                             | holds                                     |
 * | ------------------------ | --------------------------------------------------- | ----------------------------------------- |
 * | `__duckpaddle_NAME_base` | those of the view                                   | entries as of the last compaction of the log    |
 * | `__duckpaddle_NAME_log`  | seq, key, value, is_deleted, and with timestamps    | what was saved since: appended only,      |
 * |                          | is_new, created_at, updated_at                      | never looked up                           |
 * | `NAME`, a view           | key, value, perhaps created_at and updated_at; of a | the entries                               |
 * |                          | table that was there, by its names and in its order |                                           |
 *
 * A save appends to the log and is so as fast however many entries there are; to update a table of 1,000,000 takes
 * longer than one of 100,000. `seq` rises from save to save; a row without a key says that all before it is gone.
 * `created_at` and `updated_at` of a row of the log are both the time of the save: which of its rows an entry has its
 * `created_at` of, if any, is found by `is_new` when it is read.
 */
export class StorageTables {
  readonly log: string
  readonly #service: ServiceInternals
  readonly #name: string
  readonly #base: string
  #columns: readonly StoreColumn[] = []

  constructor(service: ServiceInternals, name: string) {
    this.#service = service
    this.#name = name
    this.#base = `__duckpaddle_${name}_base`
    this.log = `__duckpaddle_${name}_log`
  }

  /** Creates what is missing, and takes over a plain table, which becomes the base. */
  async prepare(hasTimestamps: boolean): Promise<StorageState> {
    if (await this.#isPrepared()) await this.#readColumns(hasTimestamps)
    else await this.#create(hasTimestamps)
    const [state] = await this.#service.query<{ sequence: number; rows: number }>(
      `SELECT coalesce(max(seq), 0)::DOUBLE AS sequence, count(*)::DOUBLE AS rows FROM ${this.#parts.log}`,
    )
    return { sequence: state?.sequence ?? 0, logRows: state?.rows ?? 0 }
  }

  /** SQL of all entries, and whether their values are JSON. */
  get entriesSql(): string {
    return entriesSql(this.#parts)
  }

  async compact(): Promise<void> {
    await this.#service.run(compactSql(this.#parts))
  }

  async exportParquet(file: string): Promise<number> {
    const select = `SELECT * FROM (${viewSql(this.#parts)}) ORDER BY key COLLATE "binary" ASC NULLS LAST`
    const { rowsChanged } = await this.#service.run(
      `COPY (${select}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
    )
    return rowsChanged
  }

  get #parts(): StoreParts {
    const service = this.#service
    return {
      base: qualify(service.tableRef(this.#base)),
      log: qualify(service.tableRef(this.log)),
      columns: this.#columns,
    }
  }

  /**
   * What the view is made of. It finds its tables beside itself: to name the database would bind it to the name of the
   * file, and the schema alone is ambiguous in a file called `Main.db`.
   */
  get #viewSql(): string {
    const [base, log] = [quoteIdentifier(this.#base), quoteIdentifier(this.log)]
    return viewSql({ base, log, columns: this.#columns })
  }

  /**
   * Earlier versions made a view that has other entries where `default_collation` is set, and one that cannot be read
   * where the file is called `Main.db`.
   */
  async #replaceOldView(): Promise<void> {
    const [view] = await this.#service.query<{ isCurrent: boolean }>(
      `SELECT contains(sql, 'COLLATE') AND NOT contains(sql, 'main.') AS "isCurrent"
       FROM system.main.duckdb_views() WHERE ${isNamed('view_name', this.#service.tableRef(this.#name))}`,
    )
    if (view?.isCurrent !== false) return
    const sql = `CREATE OR REPLACE VIEW ${qualify(this.#service.tableRef(this.#name))} AS ${this.#viewSql}`
    await this.#service.run(sql).catch((error) => {
      // It can be read all the same.
      if (!(error instanceof PersistenceError) || error.code !== 'PERSIST_READ_ONLY') throw error
    })
  }

  async #isPrepared(): Promise<boolean> {
    const service = this.#service
    const sql = `SELECT view_name AS name FROM system.main.duckdb_views() WHERE ${isNamed('view_name', service.tableRef(this.#name))}
      UNION ALL SELECT table_name FROM system.main.duckdb_tables()
      WHERE ${isNamed('table_name', service.tableRef(this.#base))} OR ${isNamed('table_name', service.tableRef(this.log))}`
    const found = await this.#service.query<{ name: string }>(sql)
    if (found.length === 0 || found.length === 3) return found.length === 3
    const isOnlyView = found.length === 1 && foldName(found[0]?.name ?? '') === foldName(this.#name)
    const got = `of its view and its two tables, there is only ${found.map(({ name }) => quoteName(name)).join(' and ')}`
    const message = `${quoteName(this.#name)} is not a store: ${isOnlyView ? 'it is a view of others' : got}`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }

  async #create(hasTimestamps: boolean): Promise<void> {
    const plain = await this.#findColumns(this.#name)
    const [first] = plain
    const taken = first === undefined ? [] : toStoreColumns(this.#name, plain)
    if (first !== undefined) await checkPlainTable(this.#service, this.#name, taken)
    const added = hasTimestamps ? missingTimestamps(taken) : []
    this.#columns = first === undefined ? newStoreColumns(hasTimestamps) : [...taken, ...added]
    const { base } = this.#parts
    const definitions = this.#columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
    const names = taken.map(({ name }) => quoteIdentifier(name)).join(', ')
    // The old name, in its old case.
    const view = qualify(this.#service.tableRef(first?.table ?? this.#name))
    const takeOver =
      first && `INSERT INTO ${base} (${names}) SELECT ${names} FROM ${view}; DROP TABLE ${view};`
    await this.#service.run(`BEGIN TRANSACTION;
      CREATE TABLE ${base} (${definitions.join(', ')});
      ${takeOver ?? ''}
      ${createLogSql(this.#parts)};
      CREATE VIEW ${view} AS ${this.#viewSql};
      COMMIT`)
  }

  /** Of a store that is there, which has timestamps from now on if it is to have them. */
  async #readColumns(hasTimestamps: boolean): Promise<void> {
    this.#columns = toStoreColumns(this.#base, await this.#findColumns(this.#base))
    const added = hasTimestamps ? missingTimestamps(this.#columns) : []
    if (added.length === 0) return this.#replaceOldView()
    const lacksTimes = !hasTimes(this.#columns)
    // Nobody knows when the entries were saved: all that is in the base without a time stays so.
    if (lacksTimes) await this.compact()
    const before = this.#columns
    this.#columns = [...before, ...added]
    const { base, log } = this.#parts
    await this.#service
      .run(`BEGIN TRANSACTION;
      ${added.map(({ name, type }) => `ALTER TABLE ${base} ADD COLUMN ${name} ${type};`).join('\n')}
      ${lacksTimes ? `DROP TABLE ${log}; ${createLogSql(this.#parts)};` : ''}
      CREATE OR REPLACE VIEW ${qualify(this.#service.tableRef(this.#name))} AS ${this.#viewSql};
      COMMIT`)
      .catch((error) => {
        this.#columns = before
        throw error
      })
  }

  #findColumns(table: string): Promise<(FoundColumn & { table: string })[]> {
    return this.#service.query(
      `SELECT table_name AS "table", column_name AS name, data_type AS type FROM system.main.duckdb_columns()
       WHERE ${isNamed('table_name', this.#service.tableRef(table))} ORDER BY column_index ASC NULLS LAST`,
    )
  }
}
