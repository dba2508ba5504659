import type { PersistenceService, Table } from 'duckpaddle'
import { afterAll, afterEach, beforeEach } from 'vitest'
import { nameOf, openForTest, placeForTest } from './test-engine.js'

export interface Identified {
  readonly id: number
}

const definition = { columns: { id: 'BIGINT NOT NULL' } } as const

/** A table `t` of rows that have an `id`, anew for each test, and what becomes of its service. */
export class IdentifiedRows {
  readonly #path: string
  #db: PersistenceService | undefined
  #table: Table<Identified> | undefined
  #closed: Table<Identified> | undefined

  constructor(path = ':memory:') {
    this.#path = path
    beforeEach(async () => {
      // A test may close it; a thread takes long to start.
      if (this.#db?.stats().status !== 'open') this.#db = await openForTest(this.#path)
      this.#table = await this.#db.table('t', { ...placeForTest(), ...definition })
    })
    afterEach(async () => {
      if (this.db.stats().status === 'open') await this.db.run(`DROP TABLE IF EXISTS ${nameOf('t')}`)
    })
    afterAll(() => this.#db?.close())
  }

  get db(): PersistenceService {
    return given(this.#db)
  }

  get table(): Table<Identified> {
    return given(this.#table)
  }

  /** The table of a service that is closed. */
  async closedTable(): Promise<Table<Identified>> {
    if (this.#closed === undefined) {
      const service = await openForTest(':memory:')
      this.#closed = await service.table('t', { ...placeForTest(), ...definition })
      await service.close()
    }
    return this.#closed
  }
}

function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The tests have not begun')
  return value
}
