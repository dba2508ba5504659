import type { PersistenceService, Table } from 'duckpaddle'
import { afterAll, beforeAll, expect } from 'vitest'
import { readEach } from './read-database.js'
import { createSqlTable, needForTable, openForTest, placeForTest } from './test-engine.js'
import type { Definition } from './test-tables.js'

type Rows = readonly Readonly<Record<string, unknown>>[]

/**
 * One service for the tests of a file, whose tables stay, so that another client finds in the end what was expected of
 * them. Nothing may be left unhandled.
 */
export class StoredTables {
  readonly #path: string
  readonly #expected: { readonly sql: string; readonly rows: Rows }[] = []
  readonly #unhandled: unknown[] = []
  #db: PersistenceService | undefined
  #names = 0

  constructor(path: string) {
    this.#path = path
    const collect = (reason: unknown) => this.#unhandled.push(reason)
    beforeAll(async () => {
      process.on('unhandledRejection', collect)
      this.#db = await openForTest(path)
    })
    afterAll(async () => {
      await this.db.close()
      process.off('unhandledRejection', collect)
      await this.#expectAll()
    })
  }

  get db(): PersistenceService {
    return this.#db ?? expect.fail('The tests have not begun')
  }

  /** Makes a table by a definition, or by SQL of what stands between the parentheses of CREATE TABLE. */
  async create(definition: Definition | string): Promise<Table> {
    const name = `t${++this.#names}`
    if (typeof definition !== 'string') {
      await needForTable('', definition)
      return this.again({ name }, definition)
    }
    await createSqlTable(this.db, name, definition)
    return this.again({ name })
  }

  /** Has a table be described, again or for the first time. */
  async again({ name }: { readonly name: string }, definition?: Definition): Promise<Table> {
    return (await this.db.table(name, { ...placeForTest(), ...definition } as never)) as Table
  }

  /** Expects what a query gives now, and to another client when the service is closed. */
  async expectStored(sql: string, rows: Rows): Promise<void> {
    expect(await this.db.query(sql)).toEqual(rows)
    this.#expected.push({ sql, rows })
  }

  async #expectAll(): Promise<void> {
    const queries = this.#expected.map(({ sql }) => sql)
    expect(await readEach(this.#path, queries)).toEqual(this.#expected.map(({ rows }) => rows))
    expect(this.#unhandled).toEqual([])
  }
}
