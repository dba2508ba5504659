import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { Reading } from '../../protocol/query-value.js'
import type { ViolationPage } from '../../protocol/violation.js'
import type { CallOutcome, CallRange, GroupedOutcome, WriterRequest } from '../../protocol/write-requests.js'
import type { CatalogReader } from '../catalog/catalog-reader.js'
import { ViolationPager } from '../constraints/violation-pager.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { TemporaryTables } from '../ingest/temporary-tables.js'
import { createWriteTarget, type WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { checkTable } from './check-table.js'
import { chooseWriter } from './choose-writer.js'
import { GroupedWriter } from './grouped-writer.js'
import { StagedWriter } from './staged-writer.js'
import type { TableWriter } from './table-writer.js'
import type { Before } from './transaction-effects.js'

const noViolations: ViolationPage = { violations: [], isLast: true, isDeep: false }

/** Where a writer of a transaction is. */
interface Place {
  readonly database: Database
  readonly catalog: CatalogReader
  readonly connection: TransactionConnection
  readonly transaction: number
  /** Its index among the writers of the transaction. */
  readonly writer: number
  /** Whether the transaction has not begun when the rows are appended. */
  readonly startsLate: boolean
  /** What the transaction has done about the table before. */
  readonly before: Before
}

/** What a transaction writes to one table. */
export class TransactionWriter {
  readonly #place: Place
  readonly #request: WriterRequest
  readonly #writer: TableWriter | GroupedWriter
  readonly #temporaries: TemporaryTables
  #rows = 0
  #violations: ViolationPager | undefined

  private constructor(
    place: Place,
    request: WriterRequest,
    writer: TableWriter | GroupedWriter,
    temporaries: TemporaryTables,
  ) {
    this.#place = place
    this.#request = request
    this.#writer = writer
    this.#temporaries = temporaries
  }

  static async open(place: Place, request: WriterRequest): Promise<TransactionWriter> {
    const { connection, startsLate } = place
    const temporaries = new TemporaryTables(place.transaction, place.writer)
    const target = await readTarget(place, request, temporaries)
    const { calls } = request
    const tableWriter =
      calls === undefined
        ? await chooseWriter(connection, target, startsLate)
        : await GroupedWriter.create(connection, target, calls)
    return new TransactionWriter(place, request, tableWriter, temporaries)
  }

  /** The transaction has begun: the constraints of the table are what they are now. */
  async lookAgain(): Promise<void> {
    const target = await readTarget(this.#place, this.#request, this.#temporaries)
    if (this.#writer instanceof StagedWriter) this.#writer.target = target
  }

  get leavesNothing(): boolean {
    return this.#writer.leavesNothing
  }

  async append(batch: EncodedBatch): Promise<void> {
    await this.#writer.append(batch)
    this.#rows += batch.rows
  }

  apply(calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    return this.#writer instanceof GroupedWriter ? this.#writer.apply() : this.#writer.apply(calls)
  }

  /** Applies what calls of a group have written, if the table is checked. */
  async applyGroup(): Promise<readonly GroupedOutcome[]> {
    return this.#writer instanceof GroupedWriter ? this.#writer.apply() : []
  }

  /** Before COMMIT: applies what nobody is to be asked about, and leaves the connection to the next transaction. */
  async finish(): Promise<void> {
    if (this.#writer instanceof GroupedWriter) await this.#writer.tidy()
    else if (!this.#request.isChecked) await this.#applyUnchecked(this.#writer)
  }

  async #applyUnchecked(writer: TableWriter): Promise<void> {
    const all = { firstRow: 0, rows: this.#rows, isAllOrNothing: true }
    const [outcome] = await writer.apply([all])
    if (outcome === undefined || outcome.rejected === 0) return
    throw new WorkerFailure({ code: 'PERSIST_WRITE_FAILED', message: 'The table does not take the rows' })
  }

  /** The next page of the rows that were rejected. */
  async violations(reading: Reading): Promise<ViolationPage> {
    const { database, connection } = this.#place
    const query = this.#writer.violations
    if (query === undefined) return noViolations
    this.#violations ??= new ViolationPager(
      database,
      await connection.run(query.sql),
      query.constraints,
      this.#request.columns,
      reading,
    )
    return this.#violations.next()
  }

  async discard(): Promise<void> {
    await this.#writer.discard()
  }

  /** Leaves nothing in the transaction but what it has applied. */
  async close(): Promise<void> {
    await this.discard()
    this.#violations = undefined
    for (const table of this.#temporaries.all) {
      await this.#place.connection.run(`DROP TABLE IF EXISTS ${table}`)
    }
  }
}

async function readTarget(
  place: Place,
  request: WriterRequest,
  temporaries: TemporaryTables,
): Promise<WriteTarget> {
  const { catalog, before } = place
  const { duckdbConnection } = place.connection
  const { table } = request
  const metadata = await place.database.turns.read(() =>
    before === 'columns'
      ? catalog.readAnew(duckdbConnection, table)
      : catalog.metadataOf(duckdbConnection, table),
  )
  checkTable(request, metadata)
  const ref = place.database.remote?.redirect(table) ?? table
  const target = createWriteTarget(request, ref, metadata, temporaries)
  // Rows that the transaction has added before count as those of before the call, and have rowids of new ones.
  return { ...target, hasRowId: target.hasRowId && before === 'nothing' }
}
