import type {
  PersistenceError,
  PersistenceService,
  PersistOptions,
  Receipt,
  Rejection,
  Table,
} from 'duckpaddle'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { createSqlTable, has, nameOf, needForTable, openForTest, placeForTest } from './test-engine.js'

export type Row = Readonly<Record<string, unknown>>
type Options = Omit<PersistOptions, 'onConflict'> & { readonly onConflict?: 'error' | 'ignore' | 'update' }
export type Definition = { columns?: Record<string, string>; key?: string[]; primaryKey?: string[] }

/** By SQL: what is between the parentheses of CREATE TABLE, and after VALUES. */
interface SharedTable {
  readonly name: string
  readonly sql: string
  readonly rows: string
}

/**
 * One service for the tests of a file, and tables of their own for each: many tables make a catalog that takes long to
 * read, so that they are dropped after their test.
 */
export class TestTables {
  readonly path: string
  #db: PersistenceService | undefined
  #names = 0
  #created: string[] = []

  /** @param shared - A table that all tests have, where it can be. */
  constructor(path = ':memory:', shared?: SharedTable) {
    this.path = path
    beforeAll(async () => {
      this.#db = await openForTest(path)
      if (shared !== undefined && (await has('PRIMARY KEY, UNIQUE'))) {
        await createSqlTable(this.#db, shared.name, shared.sql)
        await this.#db.run(`INSERT INTO ${nameOf(shared)} VALUES ${shared.rows}`)
      }
    })
    afterEach(async () => {
      // What refers to others first.
      for (const name of this.#created.splice(0).reverse()) {
        await this.db.run(`DROP TABLE IF EXISTS ${nameOf(name)}`)
      }
    })
    afterAll(() => this.db.close())
  }

  get db(): PersistenceService {
    if (this.#db === undefined) throw new Error('The tests have not begun')
    return this.#db
  }

  /** A name that no table has. */
  newName(): string {
    return `t${++this.#names}`
  }

  /** Makes a table: by SQL, by a definition, or a `key` on what SQL has made. */
  async create(sql: string | undefined, definition?: Definition, name = this.newName()): Promise<Table> {
    await needForTable('', definition)
    this.#created.push(name)
    if (sql !== undefined) await createSqlTable(this.db, name, sql)
    return this.again({ name }, definition)
  }

  /** Has a table be described again. */
  async again({ name }: { readonly name: string }, definition?: Definition): Promise<Table> {
    return (await this.db.table(name, { ...placeForTest(), ...definition } as never)) as Table
  }

  /** Keeps the tables of this test, for what is checked after it. */
  keep(): void {
    this.#created = []
  }

  read(table: Table, select = '*') {
    return this.db.query(`SELECT ${select} FROM ${nameOf(table)} ORDER BY ALL ASC NULLS LAST`)
  }
}

export function persist(table: Table, rows: Iterable<Row>, options: Options = {}): Promise<Receipt> {
  return table.persist(rows, options as PersistOptions)
}

/** The row that a call was rejected for. */
export async function rejectionOf(call: Promise<unknown>): Promise<Rejection | undefined> {
  const error: unknown = await call.catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
  return (error as PersistenceError).rejection
}

export function codes(rejections: readonly Rejection[]) {
  return rejections.map(({ index, code }) => [index, code])
}
