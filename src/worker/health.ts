import { setTimeout } from 'node:timers/promises'
import type { HealthReply } from '../protocol/requests.js'
import type { Database } from './database.js'
import { toFailure, WorkerFailure } from './failure.js'
import { toBytes } from './instance/settings.js'

/** What takes longer than so many milliseconds, such as what waits for a commit, is left out of the answer. */
const mostMs = 200

// Whole names: SQL may have made macros of the short ones.
const sql = `SELECT system.main.sum(memory_usage_bytes)::DOUBLE, system.main.sum(temporary_storage_bytes)::DOUBLE,
  system.main.current_setting('checkpoint_threshold') FROM system.main.duckdb_memory()`

type Measures = Omit<HealthReply, 'isSameFile'>

/** Answers how the database is, also while statements of others run. */
export class Health {
  readonly #database: Database
  /** Not begun again while it is under way: it may be held up for long. */
  #measuring: Promise<Measures> | undefined

  constructor(database: Database) {
    this.#database = database
  }

  /** @throws `PERSIST_DATABASE_INVALID` if DuckDB has invalidated the database. */
  async read(): Promise<HealthReply> {
    const measures = await Promise.race([this.measure(), setTimeout(mostMs, {}, { ref: false })])
    return { ...measures, isSameFile: this.#database.file?.isSame ?? true }
  }

  /**
   * What DuckDB says of itself; takes 0.4 ms, and waits for no commit.
   *
   * @throws `PERSIST_DATABASE_INVALID` as `read()`.
   */
  measure(): Promise<Measures> {
    if (this.#measuring !== undefined) return this.#measuring
    const measuring = measure(this.#database).finally(() => {
      this.#measuring = undefined
    })
    // It may fail when nobody waits for it any more.
    measuring.catch(() => undefined)
    this.#measuring = measuring
    return measuring
  }
}

async function measure(database: Database): Promise<Measures> {
  try {
    const connection = await database.connect()
    try {
      const result = await database.execute(connection, sql)
      const [[memoryBytes, spilledBytes, threshold] = []] = await result.getRows()
      return {
        memory: { memoryBytes: Number(memoryBytes), spilledBytes: Number(spilledBytes) },
        walThresholdBytes: Number.parseFloat(toBytes(String(threshold))),
      }
    } finally {
      database.disconnect(connection)
    }
  } catch (error) {
    const failure = toFailure(error, 'PERSIST_QUERY_FAILED', 'The memory of DuckDB cannot be read')
    if (failure.code === 'PERSIST_DATABASE_INVALID') throw new WorkerFailure(failure)
    // It has no memory for the statement, or is being closed.
    return {}
  }
}
