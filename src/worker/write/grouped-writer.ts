import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { GroupedOutcome, GroupedRange } from '../../protocol/write-requests.js'
import { fillDefaults, keepUncarried } from '../constraints/fill-staging.js'
import { findKeyed } from '../constraints/key-filter.js'
import { resolveCalls } from '../constraints/resolve-calls.js'
import { isOfOwnTable } from '../constraints/resolve-self-references.js'
import { rewritingValues } from '../constraints/rewritten-rows.js'
import { RowOutcomes } from '../constraints/row-outcomes.js'
import { needsPasses } from '../constraints/split-passes.js'
import type { StagedPass } from '../constraints/staged-pass.js'
import type { ViolationQuery } from '../constraints/violation-query.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import type { ChunkSink } from '../ingest/chunk-sink.js'
import { noneOmitted, readOmitted } from '../ingest/omitted-columns.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { KeptStaging } from './kept-staging.js'
import { StagedWriter } from './staged-writer.js'

/** Writes what several calls write to a table that has a key or constraints, and decides about all of it together. */
export class GroupedWriter {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #calls: readonly GroupedRange[]
  readonly #kept: KeptStaging
  readonly #sink: ChunkSink
  #hasOmitted = false
  /** Writes the first call instead, where it has to be alone. */
  #alone: StagedWriter | undefined
  #violations: ViolationQuery | undefined
  /** Whether some row was not simply inserted. */
  #hasOutcomes = false

  private constructor(
    connection: TransactionConnection,
    target: WriteTarget,
    calls: readonly GroupedRange[],
    kept: KeptStaging,
    sink: ChunkSink,
  ) {
    this.#connection = connection
    this.#target = target
    this.#calls = calls
    this.#kept = kept
    this.#sink = sink
  }

  static async create(
    connection: TransactionConnection,
    target: WriteTarget,
    calls: readonly GroupedRange[],
  ): Promise<GroupedWriter> {
    const { source, metadata, columns } = target
    const kept = await KeptStaging.take(connection, source, metadata, target.temporaries)
    const { ref, omittedWords } = kept.staging
    const sink = await AppenderSink.open(connection, ref, columns, { firstOrdinal: 0, omittedWords })
    const { temporaries } = kept
    return new GroupedWriter(connection, { ...target, temporaries }, calls, kept, sink)
  }

  /** Of the rows that `apply` rejected. */
  get violations(): ViolationQuery | undefined {
    return this.#alone === undefined ? this.#violations : this.#alone.violations
  }

  /** Whether there is nothing on the connection that the next transaction has no use for. */
  get leavesNothing(): boolean {
    return this.#alone === undefined
  }

  async append(batch: EncodedBatch): Promise<void> {
    this.#hasOmitted ||= batch.omitted !== undefined
    await this.#sink.append(batch)
  }

  /**
   * Decides about the rows of as many calls as can be decided about together, and leaves the table as it is to be
   * committed.
   *
   * @returns the outcomes of these calls; the rows of the others are not in the table.
   */
  async apply(): Promise<readonly GroupedOutcome[]> {
    await this.#sink.finish()
    const outcomes = new RowOutcomes(this.#connection, this.#target)
    const { staging } = this.#kept
    const omitted = this.#hasOmitted
      ? await readOmitted(this.#connection, staging, this.#target.columns.length)
      : noneOmitted(this.#target.columns.length)
    const pass = {
      connection: this.#connection,
      target: this.#target,
      outcomes,
      omitted,
      staging,
      isWhole: true,
    }
    const [first] = this.#calls
    if (first === undefined) return []
    // Before what a sequence gives is taken: the rows of the others will take it again.
    if (this.#mustBeAlone(pass)) return this.#applyFirst(first, false)
    await fillDefaults(pass)
    if (omitted.inSome.includes(true) && (await needsPasses(pass))) return this.#applyFirst(first, true)
    this.#violations = outcomes.violations(staging)
    const keyed = { ...pass, ...(await findKeyed(pass)) }
    await keepUncarried(keyed)
    const resolved = await resolveCalls(keyed, this.#calls)
    this.#hasOutcomes = resolved.some(({ inserted }, call) => inserted < (this.#calls[call]?.rows ?? 0))
    return resolved
  }

  /** Before COMMIT: has the next transaction find the connection as this one did. */
  async tidy(): Promise<void> {
    if (this.#alone === undefined) await this.#kept.empty(this.#connection, this.#hasOutcomes)
  }

  async discard(): Promise<void> {
    await this.#sink.discard()
  }

  /** Whether what becomes of a call can only be known once those before it are in the table, whatever its rows are. */
  #mustBeAlone(pass: StagedPass): boolean {
    const { target, outcomes, omitted } = pass
    if (!target.hasRowId && outcomes.uniques.length > 1) return true
    if (outcomes.foreignKeys.some(({ constraint }) => isOfOwnTable(pass, constraint))) return true
    const updating = this.#calls.filter(({ onConflict }) => onConflict === 'update')
    if (target.key === undefined || updating.length === 0) return false
    // A row that others refer to is only compared with what it was before all of them.
    const isReferredTo = target.metadata.references.length > 0
    if (this.#calls.length > 1 && isReferredTo && rewritingValues(pass, target.key).length > 0) return true
    return omitted.inSome.includes(true) && updating.length < this.#calls.length
  }

  /** @param isFilled - Whether the rows have what a DEFAULT gives them. */
  async #applyFirst(call: GroupedRange, isFilled: boolean): Promise<readonly GroupedOutcome[]> {
    const { table, ordinal } = this.#kept.staging
    if (this.#calls.length > 1) {
      await this.#connection.run(`DELETE FROM ${table} WHERE ${ordinal} >= ${call.rows}`)
    }
    const target = { ...this.#target, onConflict: call.onConflict }
    // What is left on the connection now is not as the next transaction would have it.
    await this.#connection.run(`DROP TABLE ${target.temporaries.sql('outcomes')}`)
    this.#alone = StagedWriter.over(this.#connection, target, this.#kept.staging, this.#sink, isFilled)
    const outcomes = await this.#alone.apply([call])
    return outcomes.map((outcome) => ({ ...outcome, isWithdrawn: false }))
  }
}
