import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { qualify, quoteIdentifier, type TableRef } from '../../protocol/sql.js'
import type { Database } from '../database.js'
import type { TableColumns } from './read-columns.js'
import type { TableMetadata } from './table-metadata.js'

/** The columns of each unique index that is on columns alone. */
export type UniqueIndexes = readonly (readonly string[])[]

/** The keys of a table that DuckDB itself keeps, as far as a caller has to know them. */
export interface EnforcedKeys {
  /** In the order of the constraint. */
  readonly primaryKey: readonly string[]
  /** See `TableDescription`. */
  readonly enforcedKey: readonly string[]
}

/** The same of a table all of whose constraints are known. */
export function chooseEnforcedKey(
  { primaryKey, uniqueKeys }: Pick<TableMetadata, 'primaryKey' | 'uniqueKeys'>,
  wanted: readonly string[],
): readonly string[] {
  if (wanted.length > 0) return [primaryKey, ...uniqueKeys].find((key) => isSameSet(key, wanted)) ?? []
  const [only = []] = uniqueKeys
  return primaryKey.length > 0 || uniqueKeys.length !== 1 ? primaryKey : only
}

/**
 * Finds out about the keys of a table in a DuckDB of this process by what DuckDB says to statements that are prepared,
 * and never executed: its catalog functions go through the constraints, or the indexes, of all tables.
 *
 * @param connection - SQL on it is about the schema of the table from now on.
 * @param wanted - The key that was asked for; none when empty.
 * @param readIndexes - Reads the columns of each unique index that is on columns alone.
 * @returns undefined where only all of the constraints can tell.
 */
export async function findEnforcedKeys(
  database: Database,
  connection: DuckDBConnection,
  table: TableRef,
  columns: TableColumns,
  wanted: readonly string[],
  readIndexes: () => Promise<UniqueIndexes>,
): Promise<EnforcedKeys | undefined> {
  const tried = new TriedStatements(database, connection, table)
  const primaryKey = await tried.orderPrimaryKey(columns.primaryKey)
  if (primaryKey === undefined) return undefined
  const known = { ...columns, primaryKey }
  const enforcedKey =
    wanted.length > 0
      ? await findWanted(tried, known, wanted, readIndexes)
      : await findOnly(tried, known, readIndexes)
  return enforcedKey === undefined ? undefined : { primaryKey, enforcedKey }
}

async function findWanted(
  tried: TriedStatements,
  { types, primaryKey }: TableColumns,
  wanted: readonly string[],
  readIndexes: () => Promise<UniqueIndexes>,
): Promise<readonly string[] | undefined> {
  if (isSameSet(primaryKey, wanted)) return primaryKey
  if (!wanted.every((name) => types.has(name))) return []
  if (await tried.canReferTo(wanted)) return wanted
  if (await tried.hasNoUniqueOn(wanted)) return []
  return (await readIndexes()).find((index) => isSameSet(index, wanted))
}

async function findOnly(
  tried: TriedStatements,
  { types, generated, primaryKey, unique }: TableColumns,
  readIndexes: () => Promise<UniqueIndexes>,
): Promise<readonly string[] | undefined> {
  if (primaryKey.length > 0) return primaryKey
  const isGenerated = new Set(generated.map(({ name }) => name))
  const count = await tried.countUniques([...types.keys()].filter((name) => !isGenerated.has(name)))
  if (count === 'none') return []
  if (unique.length === 0) return chooseEnforcedKey({ primaryKey, uniqueKeys: await readIndexes() }, [])
  if (count === 'one') return (await tried.canReferTo(unique)) ? unique : undefined
  const alone: string[] = []
  for (const name of unique) {
    if (await tried.canReferTo([name])) alone.push(name)
    // None of several is the key.
    if (alone.length > 1) return []
  }
  return undefined
}

/** Statements that DuckDB is asked to prepare for what it says of a table. */
class TriedStatements {
  readonly #database: Database
  readonly #connection: DuckDBConnection
  readonly #table: TableRef
  #isInSchema = false

  constructor(database: Database, connection: DuckDBConnection, table: TableRef) {
    this.#database = database
    this.#connection = connection
    this.#table = table
  }

  /** Brings the columns of the PRIMARY KEY into its order. @returns undefined where that is not found out. */
  async orderPrimaryKey(columns: readonly string[]): Promise<readonly string[] | undefined> {
    if (columns.length <= 1) return columns
    // With a column too many, it is shown.
    const error = await this.#errorOfReference(columns.length + 1, '')
    const [, shown = ''] = /referenced columns \((.*)\) differ/s.exec(error ?? '') ?? []
    const names = shown.split(',')
    return isSameSet(names, columns) ? names : undefined
  }

  /** Whether there is a constraint on these columns, in their order: a FOREIGN KEY can refer to none else. */
  async canReferTo(columns: readonly string[]): Promise<boolean> {
    const error = await this.#errorOfReference(columns.length, `(${columns.map(quoteIdentifier).join(', ')})`)
    // What was found is looked at no sooner.
    return error === undefined || error.includes('Failed to create foreign key: incompatible types')
  }

  /** Whether neither a constraint nor an index is on these columns, nor on expressions over just them. */
  async hasNoUniqueOn(columns: readonly string[]): Promise<boolean> {
    const names = columns.map(quoteIdentifier).join(', ')
    const error = await this.#errorOfInsert(names, `ON CONFLICT (${names}) DO NOTHING`)
    return error?.includes('The specified columns as conflict target are not referenced') === true
  }

  /**
   * How many constraints and indexes keep rows apart.
   *
   * @param columns - All that an INSERT gives values.
   * @returns undefined where that is not found out.
   */
  async countUniques(columns: readonly string[]): Promise<'none' | 'one' | 'many' | undefined> {
    const names = columns.map(quoteIdentifier).join(', ')
    const [first = ''] = columns.map(quoteIdentifier)
    const error = await this.#errorOfInsert(names, `ON CONFLICT DO UPDATE SET ${first} = excluded.${first}`)
    if (error === undefined) return 'one'
    if (error.includes('There are no UNIQUE/PRIMARY KEY constraints')) return 'none'
    return error.includes('Conflict target has to be provided') ? 'many' : undefined
  }

  #errorOfInsert(names: string, clause: string): Promise<string | undefined> {
    const table = qualify(this.#table)
    return this.#errorOf(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${table} LIMIT 0 ${clause}`)
  }

  async #errorOfReference(count: number, referenced: string): Promise<string | undefined> {
    const { catalog, schema, name } = this.#table
    const inSchema = quoteIdentifier(schema)
    // A FOREIGN KEY names no catalog.
    const use = `USE ${quoteIdentifier(catalog)}.${inSchema}`
    if (!this.#isInSchema) await this.#database.execute(this.#connection, use)
    this.#isInSchema = true
    const names = Array.from({ length: count }, (_, index) => `c${index}`)
    // One that is called alike would be taken for the table that it refers to.
    const created = qualify({ catalog, schema, name: randomUUID() })
    const columns = names.map((column) => `${column} BOOLEAN`).join(', ')
    const reference = `REFERENCES ${inSchema}.${quoteIdentifier(name)} ${referenced}`
    return this.#errorOf(
      `CREATE TABLE ${created} (${columns}, FOREIGN KEY (${names.join(', ')}) ${reference})`,
    )
  }

  async #errorOf(sql: string): Promise<string | undefined> {
    try {
      const prepared = await this.#database.poolCall(() => this.#connection.prepare(sql))
      prepared.destroySync()
      return undefined
    } catch (error) {
      return String(error)
    }
  }
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name))
}
