import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import type { ForeignKey, Unique } from '../catalog/table-metadata.js'
import { toColumnKey } from '../ingest/write-target.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { rewritingValues } from './rewritten-rows.js'
import type { OwnEntity, OwnRow, OwnTable } from './self-reference-resolver.js'
import { acceptedRows, type StagedPass, tableRows } from './staged-pass.js'

/** A FOREIGN KEY of a table to itself, and which of its unique constraints it refers to. */
export interface OwnReference {
  readonly columns: readonly string[]
  readonly key: readonly string[]
  readonly target: number
}

export function toOwnReference(
  { target }: StagedPass,
  constraint: ForeignKey,
  uniques: readonly Unique[],
): OwnReference {
  const isSame = (columns: readonly string[]) =>
    columns.length === constraint.referencedColumns.length &&
    columns.every((name, index) => foldName(name) === foldName(constraint.referencedColumns[index] ?? ''))
  return {
    columns: constraint.columns,
    key: constraint.columns.map((name) => toColumnKey(target.metadata, name)),
    target: uniques.findIndex(({ columns }) => isSame(columns)),
  }
}

/** The rows of a pass in their order, and as much of the table as they are about. */
export async function readOwnTable(
  pass: StagedPass,
  uniques: readonly Unique[],
  references: readonly OwnReference[],
): Promise<{ readonly rows: readonly OwnRow[]; readonly table: OwnTable }> {
  const found = new OwnRows(uniques.length, references)
  const { staging, outcomes, connection } = pass
  if (!pass.isWhole) await keepReferences(pass, references)
  const ordinals = `SELECT 0, s.${staging.ordinal}::DOUBLE FROM ${staging.table} s
    ANTI JOIN ${outcomes.table} v ON v.o = s.${staging.ordinal} ORDER BY 2 ASC NULLS LAST`
  const read = async (sql: string, take: (...numbers: number[]) => void) => {
    const result = await connection.run(sql)
    await connection.compute(() => eachRow(result, take))
  }
  await read(ordinals, (_, ordinal) => found.addRow(ordinal))
  for (const [index] of uniques.entries()) {
    await read(selectValues(pass, uniques, references, index), (...row) => found.addValue(index, row))
  }
  const rewriting = selectRewriting(pass)
  if (rewriting !== undefined) await read(rewriting, (...row) => found.addRewriting(row))
  return { rows: found.rows, table: found.table }
}

/** What rows referred to before the first pass. */
function referencesBefore({ target }: StagedPass): string {
  return target.temporaries.sql('references')
}

/**
 * Keeps what rows referred to before the first pass: DuckDB holds them to it until the transaction is committed, and a
 * row that one of them refers to cannot be deleted before.
 */
async function keepReferences(pass: StagedPass, references: readonly OwnReference[]): Promise<void> {
  const columns = [...new Set(references.flatMap(({ columns: names }) => names))].map(quoteIdentifier)
  await pass.connection.run(
    `CREATE TEMP TABLE IF NOT EXISTS ${referencesBefore(pass)} AS SELECT ${columns.join(', ')} FROM ${pass.target.table}`,
  )
}

/** What the results say, put together. */
class OwnRows {
  readonly #rows = new Map<number, OwnRow>()
  /** The rows of the table that have a key of the call, by the first row that has it. */
  readonly #owned = new Map<number, OwnEntity & { values: (number | undefined)[] }>()
  readonly #holders: readonly Map<number, OwnEntity>[]
  readonly #referred: readonly Set<number>[]
  readonly #references: readonly OwnReference[]

  constructor(constraints: number, references: readonly OwnReference[]) {
    this.#holders = Array.from({ length: constraints }, () => new Map())
    this.#referred = Array.from({ length: constraints }, () => new Set())
    this.#references = references
  }

  get rows(): readonly OwnRow[] {
    return [...this.#rows.values()]
  }

  get table(): OwnTable {
    const targets = this.#references.map(({ target }) => target)
    return { holders: this.#holders, referred: this.#referred, targets }
  }

  addRow(ordinal: number): void {
    this.#rows.set(ordinal, { ordinal, values: [], references: [], rewriting: undefined })
  }

  /** See `selectValues`. */
  addValue(constraint: number, [kind = 0, ordinal = 0, value = 0, isReferred = 0]: readonly number[]): void {
    if (kind === ofTable) {
      const entity = this.#entity(ordinal)
      entity.values[constraint] = value
      this.#holders[constraint]?.set(value, entity)
    } else if (kind === ofRow) {
      const row = this.#rows.get(ordinal)
      if (row !== undefined) row.values[constraint] = value
    } else {
      const row = this.#rows.get(ordinal)
      if (row !== undefined) row.references[kind] = value
    }
    if (isReferred === 1) this.#referred[constraint]?.add(value)
  }

  /** See `selectRewriting`. */
  addRewriting([kind = 0, ordinal = 0, value = 0]: readonly number[]): void {
    const owner = kind === ofTable ? this.#entity(ordinal) : this.#rows.get(ordinal)
    if (owner !== undefined) owner.rewriting = value
  }

  #entity(owner: number): OwnEntity & { values: (number | undefined)[] } {
    const known = this.#owned.get(owner)
    if (known !== undefined) return known
    const entity = { isOld: true, values: [], references: [], rewriting: undefined, winner: undefined }
    if (owner !== untouched) this.#owned.set(owner, entity)
    return entity
  }
}

/** What a number is of, where it is not of a FOREIGN KEY with this index. */
const [ofTable, ofRow] = [-2, -1]
/** In place of an ordinal: a row of the table whose key no row of the call has. */
const untouched = -1

/** SQL of the key of each row of the call, and the first row that has it: `k0`, ..., `first`. */
function selectOwners(pass: StagedPass): string {
  const key = pass.target.key?.expressions ?? []
  if (key.length === 0) return '(SELECT NULL AS k0, NULL AS first WHERE false)'
  const keys = selectKeys(acceptedRows(pass), key)
  return `(SELECT ${keyNames(key)}, min(o) AS first FROM ${keys} GROUP BY ${keyNames(key)})`
}

/** A condition: the row `t` of a query has the key of the owner `g`. */
function isOwner({ target }: StagedPass): string {
  const key = target.key?.expressions ?? []
  return key.length === 0 ? 'false' : key.map((_, index) => `t.c${index} = g.k${index}`).join(' AND ')
}

function ownerKeys({ target }: StagedPass): string[] {
  return (target.key?.expressions ?? []).map((expression, index) => `${expression} AS c${index}`)
}

/**
 * SQL of the values of a unique constraint, numbered: what each is of, the ordinal of its row, its number, and whether rows
 * of the table refer to it. Of the table there are the rows whose key or value the call has, or refers to.
 */
function selectValues(
  pass: StagedPass,
  uniques: readonly Unique[],
  references: readonly OwnReference[],
  constraint: number,
): string {
  const key = uniques[constraint]?.expressions ?? []
  const names = keyNames(key)
  const own = references
    .map((reference, index) => ({ ...reference, index }))
    .filter(({ target }) => target === constraint)
  const given = [
    `SELECT ${ofRow} AS kind, * FROM ${selectKeys(acceptedRows(pass), key)}`,
    ...own.map((each) => `SELECT ${each.index} AS kind, * FROM ${selectKeys(acceptedRows(pass), each.key)}`),
  ].join(' UNION ALL ')
  const tables = pass.isWhole ? [pass.target.table] : [pass.target.table, referencesBefore(pass)]
  const referring = own.flatMap((each) =>
    tables.map((from) => `SELECT ${names} FROM ${selectKeys({ ...tableRows(pass), from }, each.key)}`),
  )
  const referred =
    referring.length === 0 ? `SELECT ${names} FROM given WHERE false` : referring.join(' UNION ALL ')
  const values = key.map((expression, index) => `${expression} AS k${index}`)
  const isValue = key.map((expression) => `(${expression}) IS NOT NULL`).join(' AND ')
  const isGiven = `SELECT DISTINCT ${names} FROM given`
  return `WITH given AS MATERIALIZED (${given}),
    old AS MATERIALIZED (SELECT ${ofTable} AS kind, coalesce(g.first, ${untouched}) AS o, ${key.map((_, index) => `t.k${index}`).join(', ')}
      FROM (SELECT ${[...values, ...ownerKeys(pass)].join(', ')} FROM ${pass.target.table} WHERE ${isValue}) t
      LEFT JOIN ${selectOwners(pass)} g ON ${isOwner(pass)}
      LEFT JOIN (${isGiven}) i ON ${sameKey('i', 't', key)}
      WHERE g.first IS NOT NULL OR i.k0 IS NOT NULL),
    every AS (SELECT * FROM given UNION ALL SELECT * FROM old),
    numbers AS MATERIALIZED (SELECT *, row_number() OVER () AS number
      FROM (SELECT DISTINCT ${names} FROM every)),
    referred AS (SELECT DISTINCT ${names} FROM (${referred}))
    SELECT e.kind, e.o::DOUBLE, n.number::DOUBLE, (r.k0 IS NOT NULL)::INTEGER
    FROM every e JOIN numbers n ON ${sameKey('e', 'n', key)} LEFT JOIN referred r ON ${sameKey('r', 'n', key)}`
}

/** SQL of what rows would rewrite, numbered: what it is of, the ordinal of its row, its number. */
function selectRewriting(pass: StagedPass): string | undefined {
  const { key, onConflict, table } = pass.target
  if (key === undefined || onConflict !== 'update') return undefined
  const values = rewritingValues(pass, key)
  if (values.length === 0) return undefined
  const named = values.map((value, index) => `${value} AS k${index}`)
  const names = keyNames(values)
  const isSame = values.map((_, index) => `e.k${index} IS NOT DISTINCT FROM n.k${index}`).join(' AND ')
  const { from, ordinal } = acceptedRows(pass)
  return `WITH every AS MATERIALIZED (SELECT ${ofRow} AS kind, ${ordinal} AS o, ${named.join(', ')} FROM ${from}
      UNION ALL SELECT ${ofTable}, g.first, ${values.map((_, index) => `t.k${index}`).join(', ')}
      FROM (SELECT ${[...named, ...ownerKeys(pass)].join(', ')} FROM ${table}) t JOIN ${selectOwners(pass)} g ON ${isOwner(pass)}),
    numbers AS MATERIALIZED (SELECT *, row_number() OVER () AS number FROM (SELECT DISTINCT ${names} FROM every))
    SELECT e.kind, e.o::DOUBLE, n.number::DOUBLE FROM every e JOIN numbers n ON ${isSame}`
}

function eachRow(result: DuckDBMaterializedResult, take: (...numbers: number[]) => void): void {
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index)
    const columns = Array.from({ length: result.columnCount }, (_, column) => chunk.getColumnVector(column))
    for (let row = 0; row < chunk.rowCount; row++)
      take(...columns.map((column) => Number(column.getItem(row))))
  }
}
