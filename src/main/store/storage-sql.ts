import { qualify, quoteIdentifier, quoteLiteral, temporaryTable } from '../../protocol/sql.js'
import { toFilePattern } from './file-pattern.js'
import { hasTimes, type StoreColumn } from './store-columns.js'

/** The tables of a store, quoted, and its columns in their order. */
export interface StoreParts {
  readonly base: string
  readonly log: string
  readonly columns: readonly StoreColumn[]
}

/** Keys are the same only where their bytes are, whatever collation is the default. */
const sameKey = 'l.key COLLATE "binary" = b.key COLLATE "binary"'

/**
 * A key, its value as text, and whether that is JSON; SQL's NULL counts as JSON's. DuckDB also takes NaN, Infinity and
 * a comma too many, which are worth a second look where there may be one. To look for the words in lower case takes a
 * third of the time of a regular expression for them.
 */
const entryColumns = `key AS key, value::VARCHAR AS value, value IS NULL OR json_valid(value::VARCHAR) AS "isValid",
  coalesce(contains(lower(value::VARCHAR), 'nan') OR contains(lower(value::VARCHAR), 'inf')
    OR regexp_matches(value::VARCHAR, ',\\s*[\\]}]'), false) AS "isDoubtful"`

/** SQL of the entries in a Parquet file, given by its absolute path, as `entriesSql` has them. */
export function parquetSql(path: string): string {
  const pattern = quoteLiteral(toFilePattern(path))
  // A folder called `key=1` is no column.
  return `SELECT ${entryColumns} FROM read_parquet(${pattern}, hive_partitioning = false)`
}

/** SQL of all entries, and whether their values are JSON. */
export function entriesSql(parts: StoreParts): string {
  const columns = parts.columns.filter(({ role }) => role === 'key' || role === 'value')
  return `SELECT ${entryColumns} FROM (${viewSql({ ...parts, columns })})`
}

/** SQL of all entries, with the columns of the store. */
export function viewSql(parts: StoreParts): string {
  const { base, log, columns } = parts
  const names = columns.map(({ name }) => `b.${quoteIdentifier(name)}`)
  return `SELECT ${names.join(', ')} FROM ${base} b ANTI JOIN ${log} l ON ${sameKey}
    WHERE NOT EXISTS (SELECT 1 FROM ${log} WHERE key IS NULL)
    UNION ALL ${latestSql(parts)}`
}

/** SQL that creates an empty log, whose columns have fixed names and the types of the base. */
export function createLogSql({ base, log, columns }: StoreParts): string {
  const find = (role: StoreColumn['role']) => {
    const column = columns.find((one) => one.role === role)
    return `${column === undefined ? 'NULL::TIMESTAMP' : quoteIdentifier(column.name)} AS ${role}`
  }
  const times = hasTimes(columns) ? `, false AS is_new, ${find('created_at')}, ${find('updated_at')}` : ''
  const all = `0::BIGINT AS seq, ${find('key')}, ${find('value')}, false AS is_deleted${times}`
  return `CREATE TABLE ${log} AS SELECT ${all} FROM ${base} LIMIT 0`
}

const latest = qualify(temporaryTable('__duckpaddle_latest'))

/** SQL that moves the log into the base: one transaction, by a hash join. */
export function compactSql(parts: StoreParts): string {
  const { base, log, columns } = parts
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  // What entries of the log keep of the base is read before it is deleted there.
  const isReadFirst = keepsCreation(columns)
  return `BEGIN TRANSACTION;
    ${isReadFirst ? `CREATE TEMPORARY TABLE ${latest} AS ${latestSql(parts)};` : ''}
    DELETE FROM ${base} WHERE EXISTS (SELECT 1 FROM ${log} WHERE key IS NULL);
    DELETE FROM ${base} WHERE key COLLATE "binary" IN
      (SELECT key COLLATE "binary" FROM ${log} WHERE key IS NOT NULL);
    INSERT INTO ${base} (${names}) ${isReadFirst ? `SELECT * FROM ${latest}` : latestSql(parts)};
    DELETE FROM ${log};
    COMMIT`
}

/** The entries of the log, each as it was saved last. */
function latestSql({ base, log, columns }: StoreParts): string {
  const isCreationKept = keepsCreation(columns)
  const selected = columns.map((column) => `${latestValue(column)} AS ${quoteIdentifier(column.name)}`)
  const creation = `, bool_or(is_new) AS is_new, arg_min(created_at, seq) AS first_at,
    arg_max(created_at, seq) FILTER (WHERE is_new) AS created_at`
  return `SELECT ${selected.join(', ')} FROM ${log} l
    JOIN (SELECT key COLLATE "binary" AS key, max(seq) AS seq${isCreationKept ? creation : ''}
      FROM ${log} WHERE key IS NOT NULL GROUP BY ALL) last
    ON last.key COLLATE "binary" = l.key COLLATE "binary" AND last.seq = l.seq
    ${isCreationKept ? `LEFT JOIN ${base} b ON ${sameKey}` : ''}
    WHERE NOT l.is_deleted AND l.seq > coalesce((SELECT max(seq) FROM ${log} WHERE key IS NULL), -1)`
}

/** An entry is as old as its key has been there without a break. */
function latestValue({ role, name }: StoreColumn): string {
  if (role !== 'created_at') return `l.${role}`
  return `CASE WHEN last.is_new THEN last.created_at
    WHEN b.key IS NOT NULL THEN b.${quoteIdentifier(name)} ELSE last.first_at END`
}

function keepsCreation(columns: readonly StoreColumn[]): boolean {
  return columns.some(({ role }) => role === 'created_at')
}
