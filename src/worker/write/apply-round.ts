import { quoteIdentifier } from '../../protocol/sql-name.js'
import type { ForeignKey, Unique } from '../catalog/table-shape.js'
import { isOfOwnTable, selectParents } from './judge-rows.js'
import { sameKey, selectKeys } from './key-sql.js'
import { acceptedRows, type StagedRound } from './staged-round.js'
import { toColumnKey } from './write-target.js'

/** Moves the rows of a round into the table, each as its verdict says. */
export async function applyRound(round: StagedRound, hasUpdates: boolean): Promise<void> {
  const { connection, target, verdicts } = round
  const { key, shape } = target
  if (hasUpdates && key !== undefined) {
    if (shape.hasIndex) await updateRows(round, key)
    else {
      // Without an index, to delete and to insert again takes a quarter of the time of an UPDATE.
      const values = key.expressions.join(', ')
      await connection.run(
        `DELETE FROM ${target.table} WHERE (${values}) IN (SELECT ${values} FROM (${selectUpdating(round)}))`,
      )
      await insertRows(round, `SELECT s.* FROM (${selectUpdating(round)}) s`)
    }
  }
  const own = shape.foreignKeys.filter((foreignKey) => isOfOwnTable(round, foreignKey))
  if (own.length > 0) await insertParentsFirst(round, own)
  const { staging } = round
  await insertRows(
    round,
    `SELECT s.* FROM ${staging.table} s ANTI JOIN ${verdicts.table} v ON v.o = s.${staging.ordinal}`,
  )
}

async function updateRows(round: StagedRound, key: Unique): Promise<void> {
  const { connection, target, absence } = round
  const isSame = key.expressions.map((column) => `t.${column} = s.${column}`).join(' AND ')
  const unchanged = await findUnchanged(round, isSame)
  const assignments = target.columns
    .filter(({ name }, index) => !key.columns.includes(name) && absence.inAll[index] !== true)
    .filter(({ name }) => !unchanged.has(name))
    .map(({ name }) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`)
  if (assignments.length === 0) return
  await connection.run(
    `UPDATE ${target.table} AS t SET ${assignments.join(', ')} FROM (${selectUpdating(round)}) s WHERE ${isSame}`,
  )
}

/**
 * The columns of other unique rules that no row changes. To assign to one is to delete the row and to insert it again,
 * even with the value that it has: its index grows, and a row that others refer to cannot be deleted.
 *
 * @see https://duckdb.org/docs/stable/sql/indexes#constraint-checking-in-update-statements
 */
async function findUnchanged(round: StagedRound, isSame: string): Promise<Set<string>> {
  const { connection, target } = round
  const names = [...new Set(target.otherUniques.flatMap(({ columns }) => columns))]
  if (names.length === 0) return new Set()
  const changes = names.map((name) => {
    const column = toColumnKey(target.shape, name)
    return `count(*) FILTER (WHERE t.${column} IS DISTINCT FROM s.${column})::DOUBLE`
  })
  const counts = await connection.readNumbers(
    `SELECT ${changes.join(', ')} FROM ${target.table} t JOIN (${selectUpdating(round)}) s ON ${isSame}`,
  )
  return new Set(names.filter((_, index) => counts[index] === 0))
}

/**
 * DuckDB looks for the rows that are referred to before it inserts any of a statement
 * (https://duckdb.org/docs/stable/sql/constraints#foreign-keys), so rows that refer to others of their call need
 * statements of their own: first those that refer to none of them, then those that refer to the first, and so on.
 */
async function insertParentsFirst(round: StagedRound, own: readonly ForeignKey[]): Promise<void> {
  const { connection, target, staging, verdicts } = round
  for (let wave = 0; ; wave++) {
    const waiting = own.map((rule) => {
      const key = rule.columns.map((name) => toColumnKey(target.shape, name))
      const children = selectKeys(acceptedRows(round), key)
      return `SELECT f.o FROM ${children} f ANTI JOIN ${selectParents(round, rule)} p ON ${sameKey('f', 'p', key)}`
    })
    const table = quoteIdentifier(`duckpaddle_waiting_${wave}`)
    const count = await connection.change(`CREATE TEMP TABLE ${table} AS ${waiting.join(' UNION ')}`)
    if (count === 0) return
    const ready = `SELECT s.${staging.ordinal} AS o FROM ${staging.table} s
      ANTI JOIN ${verdicts.table} v ON v.o = s.${staging.ordinal} ANTI JOIN temp.main.${table} w ON w.o = s.${staging.ordinal}`
    await insertRows(
      round,
      `SELECT s.* FROM ${staging.table} s SEMI JOIN (${ready}) r ON r.o = s.${staging.ordinal}`,
    )
    // What is left then waits for a row that is not to come; to insert it fails, and says so.
    if ((await verdicts.add('inserted', ready)) === 0) return
  }
}

/** The rows that take the place of one that is there. */
function selectUpdating({ staging, verdicts }: StagedRound): string {
  const isUpdating = verdicts.is('updates', 'v')
  return `SELECT s.* FROM ${staging.table} s SEMI JOIN ${verdicts.table} v ON v.o = s.${staging.ordinal} AND ${isUpdating}`
}

async function insertRows({ connection, target }: StagedRound, select: string): Promise<void> {
  const names = target.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  await connection.run(`INSERT INTO ${target.table} (${names}) SELECT ${names} FROM (${select})`)
}
