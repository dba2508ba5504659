import { quoteIdentifier, quoteLiteral } from '../../protocol/sql.js'
import { executeMysql, qualifyInMysql } from '../catalog/mysql-sql.js'
import type { ForeignKey, Unique } from '../catalog/table-metadata.js'
import { toColumnKey, type WriteTarget } from '../ingest/write-target.js'
import { selectParents } from './find-violations.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { isOfOwnTable } from './resolve-self-references.js'
import { assignedColumns, isOfKey, isRewritten } from './rewritten-rows.js'
import { acceptedRows, type StagedPass } from './staged-pass.js'
import { updateInMysql } from './update-in-mysql.js'
import { withoutInlining } from './without-inlining.js'

/** Moves the rows of a pass into the table, each as its outcome says. */
export async function applyPass(pass: StagedPass, updates: number): Promise<void> {
  const { target, staging, outcomes } = pass
  const { key, metadata } = target
  const own = metadata.foreignKeys.filter((foreignKey) => isOfOwnTable(pass, foreignKey))
  if (updates > 0 && key !== undefined) {
    if (metadata.capabilities.dialect === 'mysql') await updateInMysql(pass, key, selectUpdating(pass))
    else if (metadata.hasIndex) await updateRows(pass, key, updates)
    else {
      // Without an index, to delete and to insert again takes a quarter of the time of an UPDATE.
      await deleteReplaced(pass, key)
      if (own.length === 0 && metadata.given.size === 0) {
        return insertRows(pass, `SELECT s.* FROM (${selectWritten(pass)}) s`)
      }
      await insertRows(pass, `SELECT s.* FROM (${selectUpdating(pass)}) s`)
    }
  }
  if (own.length > 0) await insertParentsFirst(pass, own)
  await insertNew(
    pass,
    `SELECT s.* FROM ${staging.table} s ANTI JOIN ${outcomes.table} v ON v.o = s.${staging.ordinal}`,
  )
}

/** Deletes the rows of the table that make room for those that update them. */
async function deleteReplaced(pass: StagedPass, key: Unique): Promise<void> {
  const { target, connection } = pass
  if (pass.hasRowIds === true && target.metadata.capabilities.canAppend) {
    // Which takes three quarters of the time of a condition with IN.
    const { outcomes } = pass
    await connection.run(
      `DELETE FROM ${target.table} AS t USING ${outcomes.table} v WHERE t.rowid = v.other AND ${outcomes.is('updates', 'v')}`,
    )
    return
  }
  if (target.metadata.capabilities.canChange || !connection.hasServer) {
    await connection.run(`DELETE FROM ${target.table} WHERE ${isReplaced(pass, key)}`)
    return
  }
  const names = key.columns.map(quoteIdentifier).join(', ')
  const select = `SELECT ${names} FROM (${selectUpdating(pass)})`
  await connection.deleteOnServer(target.ref, key.columns, select)
}

/** A condition: the row of the table makes room for one that updates it. */
function isReplaced(pass: StagedPass, key: Unique): string {
  const { outcomes } = pass
  if (pass.hasRowIds === true) {
    return `rowid IN (SELECT v.other FROM ${outcomes.table} v WHERE ${outcomes.is('updates', 'v')})`
  }
  const values = key.expressions.join(', ')
  const isSame = `(${values}) IN (SELECT ${values} FROM (${selectUpdating(pass)}))`
  return pass.keyFilter === undefined ? isSame : `${pass.keyFilter} AND ${isSame}`
}

/**
 * Updates in place what can be, and deletes the other rows, which are then inserted with the new ones. One UPDATE of
 * all would rewrite every row of it for the sake of one, which a row that others refer to does not allow; and it would
 * give a row a value before the one that has it, some thousand rows on, has left it.
 */
async function updateRows(pass: StagedPass, key: Unique, updates: number): Promise<void> {
  const { connection, target } = pass
  const { rewriting } = target.metadata
  const rewritten = await takeBackRewritten(pass, key)
  const assignments = assignedColumns(pass, key)
    .filter(({ name }) => !rewriting.includes(name))
    .map(({ name }) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`)
  if (rewritten < updates && assignments.length > 0) {
    await connection.run(
      `UPDATE ${target.table} AS t SET ${assignments.join(', ')} FROM (${selectUpdating(pass)}) s WHERE ${isOfKey(key)}`,
    )
  }
  if (rewritten === 0) return
  const values = key.expressions.join(', ')
  // The keys of the rows that are new are not there to be deleted.
  await connection.run(
    `DELETE FROM ${target.table} WHERE (${values}) IN (SELECT ${keyNames(key.expressions)} FROM ${selectKeys(acceptedRows(pass), key.expressions)})`,
  )
}

/** Takes back the outcome that a row updates from those that DuckDB must rewrite: they are inserted as if new. */
async function takeBackRewritten(pass: StagedPass, key: Unique): Promise<number> {
  const { connection, target, staging, outcomes } = pass
  const isChange = isRewritten(pass, key)
  if (isChange === undefined) return 0
  const rewritten = `SELECT s.${staging.ordinal} FROM (${selectUpdating(pass)}) s
    JOIN ${target.table} t ON ${isOfKey(key)} AND ${isChange}`
  return connection.change(`DELETE FROM ${outcomes.table} WHERE o IN (${rewritten})`)
}

/**
 * DuckDB looks for the rows that are referred to before it inserts any of a statement
 * (https://duckdb.org/docs/stable/sql/constraints#foreign-keys), so rows that refer to others of their call need
 * statements of their own: first those that refer to none of them, then those that refer to the first, and so on.
 */
async function insertParentsFirst(pass: StagedPass, own: readonly ForeignKey[]): Promise<void> {
  const { connection, target, staging, outcomes } = pass
  for (let generation = 0; ; generation++) {
    const waiting = own.map((constraint) => {
      const key = constraint.columns.map((name) => toColumnKey(target.metadata, name))
      const children = selectKeys(acceptedRows(pass), key)
      return `SELECT f.o FROM ${children} f ANTI JOIN ${selectParents(pass, constraint)} p ON ${sameKey('f', 'p', key)}`
    })
    const table = target.temporaries.sql(`waiting_${generation}`)
    const count = await connection.change(
      `CREATE OR REPLACE TEMP TABLE ${table} AS ${waiting.join(' UNION ')}`,
    )
    if (count === 0) return
    const ready = `SELECT s.${staging.ordinal} AS o FROM ${staging.table} s
      ANTI JOIN ${outcomes.table} v ON v.o = s.${staging.ordinal} ANTI JOIN ${table} w ON w.o = s.${staging.ordinal}`
    await insertNew(
      pass,
      `SELECT s.* FROM ${staging.table} s SEMI JOIN (${ready}) r ON r.o = s.${staging.ordinal}`,
    )
    // What is left then waits for a row that is not to come; to insert it fails, and says so.
    if ((await outcomes.add('inserted', ready)) === 0) return
  }
}

/** The rows that take the place of one that is there. */
function selectUpdating({ staging, outcomes }: StagedPass): string {
  const isUpdating = outcomes.is('updates', 'v')
  return `SELECT s.* FROM ${staging.table} s SEMI JOIN ${outcomes.table} v ON v.o = s.${staging.ordinal} AND ${isUpdating}`
}

/** The rows that take the place of one that is there, and the new ones. */
function selectWritten({ staging, outcomes }: StagedPass): string {
  const others = `SELECT v.o FROM ${outcomes.table} v WHERE NOT (${outcomes.is('updates', 'v')})`
  return `SELECT s.* FROM ${staging.table} s ANTI JOIN (${others}) v ON v.o = s.${staging.ordinal}`
}

/** Inserts new rows, by a statement for all that leave the same columns to the server. */
async function insertNew(pass: StagedPass, select: string): Promise<void> {
  const { connection, target, staging, omitted } = pass
  const given = target.columns.flatMap(({ name }, index) => {
    const mayBeLeft = omitted.inSome[index] === true && target.metadata.given.has(name)
    return mayBeLeft ? [{ name, isOmitted: staging.isOmitted(index) }] : []
  })
  if (given.length === 0) return insertRows(pass, select)
  const kinds = await connection.run(
    `SELECT DISTINCT ${given.map(({ isOmitted }) => isOmitted).join(', ')} FROM (${select})`,
  )
  for (const kind of await kinds.getRows()) {
    const isOfKind = given.map(({ isOmitted }, at) => (kind[at] === true ? isOmitted : `NOT (${isOmitted})`))
    const left = given.filter((_, at) => kind[at] === true).map(({ name }) => name)
    await insertRows(pass, `SELECT * FROM (${select}) WHERE ${isOfKind.join(' AND ')}`, left)
  }
}

/** @param left - The columns that the server gives. */
async function insertRows(
  { connection, target }: StagedPass,
  select: string,
  left: readonly string[] = [],
): Promise<void> {
  const columns = target.columns.filter(({ name }) => !left.includes(name))
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  if (columns.length > 0) {
    const sql = `INSERT INTO ${target.table} (${names}) SELECT ${names} FROM (${select})`
    await withoutInlining(connection, target, () => connection.run(sql))
    return
  }
  // SQL has no other way to insert rows of which nothing is said.
  const [rows = 0] = await connection.readNumbers(`SELECT count(*) FROM (${select})`)
  for (let row = 0; row < rows; row++) await connection.run(defaultValuesSql(target))
}

function defaultValuesSql({ table, ref, metadata }: WriteTarget): string {
  // DuckDB's extension fails of it, and DuckDB then invalidates the instance.
  if (metadata.capabilities.dialect === 'mysql')
    return executeMysql(ref.catalog, `INSERT INTO ${qualifyInMysql(ref)} () VALUES ()`)
  if (metadata.capabilities.asks !== 'postgres_query') return `INSERT INTO ${table} DEFAULT VALUES`
  // By DuckDB's own INSERT it is told to copy rows of no column, and takes them for rows of one.
  const onServer = [ref.schema, ref.name].map(quoteIdentifier).join('.')
  const sql = quoteLiteral(`INSERT INTO ${onServer} DEFAULT VALUES`)
  return `CALL system.main.postgres_execute(${quoteLiteral(ref.catalog)}, ${sql})`
}
