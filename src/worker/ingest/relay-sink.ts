import type { EncodedBatch } from '../../protocol/batch-layout.js'
import { quoteIdentifier } from '../../protocol/sql.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { AppenderSink } from './appender-sink.js'
import type { ChunkSink } from './chunk-sink.js'
import type { WriteTarget } from './write-target.js'

/** Rows, or bytes of them, that are moved at once. Their flush into memory holds the worker for some milliseconds. */
const movedRows = 49_152
const movedBytes = 8 * 1024 * 1024

/** A staging table that is being filled. */
interface Stage {
  readonly table: string
  readonly sink: AppenderSink
  rows: number
  bytes: number
}

/**
 * Appends rows by way of small staging tables, whose rows are moved on by a thread of the libuv pool.
 *
 * An appender's flush is a synchronous call, and one that completes a row group compresses it and writes it: 60 to 300
 * ms, for which all others wait. To move rows takes more time in all, and none of this thread's.
 */
export class RelaySink implements ChunkSink {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  #stage: Stage | undefined
  #stages = 0
  #moving: Promise<unknown> = Promise.resolve()

  constructor(connection: TransactionConnection, target: WriteTarget) {
    this.#connection = connection
    this.#target = target
  }

  async append(batch: EncodedBatch): Promise<void> {
    this.#stage ??= await this.#createStage()
    const stage = this.#stage
    stage.sink.append(batch)
    stage.rows += batch.rows
    stage.bytes += batch.buffer.byteLength
    if (stage.rows < movedRows && stage.bytes < movedBytes) return
    await this.#finishStage(stage)
    // The connection has one call at a time: what the next rows need comes before those are on their way.
    this.#stage = await this.#createStage()
    this.#move(stage)
  }

  async finish(): Promise<void> {
    const stage = this.#stage
    this.#stage = undefined
    if (stage !== undefined) {
      await this.#finishStage(stage)
      this.#move(stage)
    }
    await this.#moving
  }

  async discard(): Promise<void> {
    await this.#moving.catch(() => undefined)
    this.#stage?.sink.discard()
  }

  async #createStage(): Promise<Stage> {
    await this.#moving
    const { table, columns, temporaries } = this.#target
    const name = `stage_${this.#stages++}`
    const names = columns.map((column) => quoteIdentifier(column.name)).join(', ')
    await this.#connection.run(
      `CREATE TEMP TABLE ${temporaries.sql(name)} AS SELECT ${names} FROM ${table} LIMIT 0`,
    )
    const sink = await AppenderSink.open(this.#connection, temporaries.ref(name), columns)
    sink.flushesLate = true
    return { table: temporaries.sql(name), sink, rows: 0, bytes: 0 }
  }

  async #finishStage({ sink }: Stage): Promise<void> {
    await this.#moving
    sink.finish()
  }

  #move({ table }: Stage): void {
    const names = this.#target.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
    const insert = `INSERT INTO ${this.#target.table} (${names}) SELECT ${names} FROM ${table}`
    this.#moving = this.#connection.runToTheEnd(`${insert}; DROP TABLE ${table}`)
    // It fails where it is waited for.
    this.#moving.catch(() => undefined)
  }
}
