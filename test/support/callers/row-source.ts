import { Readable, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { PersistOptions, Receipt, Rows, Table } from 'duckpaddle'
import { expect } from 'vitest'
import type { GivenRowOf, PersistAction } from './actions.js'

/** What a source or a getter of the model test throws. */
export const thrown = new Error('thrown on purpose')

/** Makes the rows of a call, with its number in each. */
export function toRows({ rows, times, dropped }: PersistAction, call: number): unknown[] {
  const made: unknown[] = []
  for (let time = 0; time < times; time++)
    for (const row of rows) made.push(toRow(row, dropped, call, times > 1))
  return made
}

function toRow(
  { values, lacks = [], fault }: GivenRowOf,
  dropped: readonly string[],
  call: number,
  isOfMany: boolean,
): unknown {
  if (fault?.kind === 'scalar') return 5
  const row: Record<string, unknown> = {}
  const all: readonly [string, unknown][] = [...Object.entries(values), ['call', call]]
  for (const [name, value] of all) {
    if (dropped.includes(name) || lacks.includes(name)) continue
    row[name] = isOfMany && typeof value === 'string' ? value.slice(0, 30) : value
  }
  if (fault === undefined) return row
  const { kind, column } = fault
  if (kind === 'unknown') row.stray = 1
  else if (kind === 'getter') {
    Object.defineProperty(row, column, {
      enumerable: true,
      get() {
        throw thrown
      },
    })
  } else if (dropped.includes(column)) {
    // The row would carry what those of its call do not.
    return row
  } else if (kind === 'null') row[column] = null
  else if (kind === 'range') row[column] = typeof row[column] === 'number' ? 1.5 : row[column]
  else row[column] = typeof values[column] === 'number' ? 'one' : 1
  return row
}

/** How the rows of a call are given. */
export function toSource(
  given: readonly unknown[],
  source: Exclude<PersistAction['source'], 'stream' | 'atomic stream'>,
): Rows<never> {
  // Bad rows are no rows to the compiler.
  const rows = given as readonly never[]
  if (typeof source === 'object') return failing(rows, source.failsAt)
  switch (source) {
    case 'array':
      return rows
    case 'generator':
      return rows.values()
    case 'async':
      return asynchronous(rows)
    case 'paused':
      return paused(rows)
    case 'readable':
      return Readable.from(rows) as AsyncIterable<never>
  }
}

/** Writes rows by a stream, which has one commit, and resolves to its receipt. */
export async function writeByStream(
  table: Table,
  given: readonly unknown[],
  options: PersistOptions,
  atomic: boolean,
): Promise<Receipt> {
  const limits = { commitRows: 1_000_000, commitMs: 600_000, highWaterMark: 1_000_000 }
  const stream = table.createWriteStream({ ...options, ...limits, atomic })
  const receipts: Receipt[] = []
  stream.on('commit', (receipt) => receipts.push(receipt))
  const ended = finished(stream as unknown as Writable)
  for (const row of given) stream.write(row as never)
  stream.end()
  await ended
  const [receipt, ...others] = receipts
  expect(others).toEqual([])
  return receipt ?? expect.fail('has committed nothing')
}

function* failing<Row>(rows: readonly Row[], failsAt: number): Generator<Row> {
  yield* rows.slice(0, failsAt)
  throw thrown
}

async function* asynchronous<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows
}

async function* paused<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  for (const [index, row] of rows.entries()) {
    if (index < 10) await new Promise(setImmediate)
    yield row
  }
}
