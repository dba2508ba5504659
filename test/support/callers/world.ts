import type { PersistenceService } from 'duckpaddle'
import { expect } from 'vitest'
import type { Action, Scenario } from './actions.js'
import { CallLog, errorOf, resultOf } from './call-log.js'
import { DefinitionCallers } from './definition-callers.js'
import { TableCallers } from './table-callers.js'
import type { TableName } from './tables.js'

/**
 * Makes calls on a service, and checks what became of each against a model that applies them one after the other, in the
 * order in which they were made.
 */
export class CallersWorld {
  readonly #db: PersistenceService
  readonly #log = new CallLog()
  readonly #tables: TableCallers
  readonly #definitions: DefinitionCallers

  private constructor(db: PersistenceService) {
    this.#db = db
    this.#tables = new TableCallers(db, this.#log)
    this.#definitions = new DefinitionCallers(db, this.#log)
  }

  static async create(db: PersistenceService, tables: readonly TableName[]): Promise<CallersWorld> {
    const world = new CallersWorld(db)
    await world.#tables.create(tables)
    await world.#definitions.create()
    return world
  }

  /** Makes all calls; resolves when they have settled, and the service is closed. */
  async run({ bursts, closesEarly }: Scenario): Promise<void> {
    for (const [index, { actions, endsBy }] of bursts.entries()) {
      for (const action of actions) await this.#take(action)
      const isLast = index === bursts.length - 1
      if (isLast ? !closesEarly : endsBy === 'awaiting all') await this.#log.settle()
      else if (!isLast) await nextTurn()
    }
    if (closesEarly) expect(await this.#db.close()).toEqual({ interrupted: 0 })
    await this.#log.settle()
    await nextTurn()
    const stats = this.#db.stats()
    await this.#db.close()
    this.#log.check()
    const { persisted, rows, rejected } = this.#tables.counts
    const more = this.#definitions.persisted
    expect(stats).toMatchObject({ waiting: 0, persisting: 0, querying: 0, inFlightBytes: 0 })
    expect(stats).toMatchObject({ persisted: persisted + more, rows: rows + more, rejected })
  }

  /** What reads each table, and checks the rows that were read. */
  readings() {
    return [...this.#tables.readings(), ...this.#definitions.readings()]
  }

  /** Makes a call without waiting for it, or waits. */
  #take(action: Action): Promise<void> | undefined {
    switch (action.do) {
      case 'persist':
        this.#tables.persist(action)
        break
      case 'insert':
      case 'update':
      case 'delete':
        this.#tables.change(action)
        break
      case 'query':
        this.#tables.query(action.table)
        break
      case 'abort':
        this.#tables.abort(action.signal)
        break
      case 'turns':
        return nextTurn(action.count)
      case 'await':
        return this.#log.at(action.call % Math.max(this.#log.length, 1))?.settled
      case 'open':
        this.#definitions.open()
        break
      case 'append':
        this.#definitions.persist()
        break
      case 'checkpoint':
        this.#log.read('checkpoint()', this.#db.checkpoint(), (outcome) => resultOf(outcome))
        break
      case 'fail':
        this.#log.read('run() of what fails', this.#db.run('DROP TABLE missing'), (outcome) =>
          expect(errorOf(outcome)).toMatchObject({ code: 'PERSIST_QUERY_FAILED' }),
        )
        break
      default:
        this.#definitions.define(action.do)
    }
    return undefined
  }
}

async function nextTurn(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}
