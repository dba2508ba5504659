import type { PersistenceError, Receipt, Rejection } from 'duckpaddle'
import { expect } from 'vitest'
import type { ConflictModel, ModelOutcome, ModelRejection } from '../conflict-model.js'
import type { PersistAction } from './actions.js'
import { errorOf, type Outcome, resultOf } from './call-log.js'
import { decideOnRow } from './decide-on-row.js'
import { thrown } from './row-source.js'

/** What the caller of a `persist()` has seen. */
export interface Persisted {
  readonly action: PersistAction
  readonly rows: readonly unknown[]
  /** What its `onRowError` was asked about. */
  readonly asked: readonly Rejection[]
  readonly outcome: Outcome
}

/** Applies a call to the model of its table, and checks what became of it. */
export function checkPersist(model: ConflictModel, persisted: Persisted): void {
  const { onConflict, onRowError } = persisted.action
  const rows = takenRows(model, persisted)
  if (rows === undefined) {
    expect(errorOf(persisted.outcome)).toBe(thrown)
    return
  }
  const asked: ModelRejection[] = []
  let isThrown = false
  const decide = (rejection: ModelRejection) => {
    if (typeof onRowError === 'string') return onRowError
    asked.push(rejection)
    const decided = decideOnRow(onRowError, rejection)
    isThrown = decided === 'throw'
    return decided === 'skip' ? 'skip' : 'abort'
  }
  const expected = model.persist(rows as never, onConflict, onRowError === 'abort' ? onRowError : decide)
  expect(persisted.asked.map(toModel), 'what onRowError was asked about').toEqual(asked)
  if (isThrown) expect(errorOf(persisted.outcome)).toBe(thrown)
  else if ('aborted' in expected) checkRejected(persisted, expected.aborted)
  else checkReceipt(persisted, expected)
}

/** The rows as far as they are read; undefined where what the source throws comes before a row that ends the call. */
function takenRows(model: ConflictModel, { action, rows }: Persisted): readonly unknown[] | undefined {
  const { source, onConflict, onRowError } = action
  if (typeof source === 'string') return rows
  const read = rows.slice(0, source.failsAt)
  const bad = read.findIndex((row) => !model.isEncodable(row, onConflict))
  return bad === -1 || onRowError !== 'abort' ? undefined : read.slice(0, bad + 1)
}

function checkRejected({ action, rows, outcome }: Persisted, expected: ModelRejection): void {
  const error = errorOf(outcome)
  expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
  const { rejection } = error as PersistenceError
  if (rejection === undefined) expect.fail('has no rejection')
  expect(toModel(rejection)).toEqual(expected)
  if (action.source === 'array') expect(rejection.row).toBe(rows[expected.index])
}

function checkReceipt(
  { action, rows, outcome }: Persisted,
  expected: Exclude<ModelOutcome, { readonly aborted: unknown }>,
): void {
  const receipt = resultOf<Receipt>(outcome)
  const { inserted, updated, ignored, rejected, rejections } = receipt
  expect({ inserted, updated, ignored, rejections: rejections.map(toModel) }).toEqual({
    ...expected,
    rejections: expected.rejections.slice(0, action.maxRejections ?? 1000),
  })
  expect({ rows: receipt.rows, rejected }).toEqual({
    rows: rows.length,
    rejected: expected.rejections.length,
  })
  if (action.source !== 'array') return
  for (const { index, row } of rejections) expect(row).toBe(rows[index])
}

function toModel({ index, code, column, constraint, key, conflictIndex }: Rejection): ModelRejection {
  const values = Object.entries(key ?? {}).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? Number(value) : value,
  ])
  return {
    index,
    code,
    ...(column === undefined ? {} : { column }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(key === undefined ? {} : { key: Object.fromEntries(values) }),
    ...(conflictIndex === undefined ? {} : { conflictIndex }),
  }
}
