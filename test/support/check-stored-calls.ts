import { expect } from 'vitest'
import { readEach } from './read-database.js'

/** A call of `many-callers.mjs`. */
export interface StoredCall {
  readonly number: number
  readonly table: string
  readonly rows: number
  /** `'done'`, or what it was rejected with; undefined where the process ended before. */
  end: string | undefined
}

/** Checks what a process has left of its calls, which are in the order in which they were made. */
export async function checkStoredCalls(
  path: string,
  calls: readonly StoredCall[],
  what: string,
): Promise<void> {
  const [counts = [], keys = []] = await readEach(path, [
    `SELECT t, call, "of", count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM (
       SELECT 'plain' AS t, * FROM plain UNION ALL SELECT 'parent', * FROM parent UNION ALL SELECT 'child', * FROM child
     ) GROUP BY ALL`,
    'SELECT id, call, "of" FROM by_key',
  ])
  const made = new Map(calls.map((call) => [call.number, call]))
  for (const { t, call, of: rows, n, ids } of counts) {
    const whole = made.get(Number(call))
    expect({ t, rows, n, ids }, what).toEqual({ t: whole?.table, rows: whole?.rows, n: rows, ids: n })
  }
  const there = new Set(counts.map(({ call }) => Number(call)))
  const isThere = ({ number }: StoredCall) => there.has(number)
  for (const call of calls.filter(({ table }) => table !== 'by_key')) {
    if (call.end === 'done') expect(isThere(call), `${what}, call ${call.number}`).toBe(true)
    else if (isRefused(call)) expect(isThere(call), `${what}, call ${call.number}`).toBe(false)
  }
  checkOrder(
    calls.filter(({ table }) => table === 'parent' || table === 'child'),
    isThere,
    what,
  )
  checkKeys(
    calls.filter(({ table }) => table === 'by_key'),
    keys,
    what,
  )
}

/** Nothing of a call may be there that was rejected; of one whose commit was under way when its worker was lost, all. */
function isRefused({ end }: StoredCall): boolean {
  return end !== undefined && end !== 'done' && end !== 'PERSIST_WORKER_LOST'
}

/** Where a call is there that nobody knows of, so is each that was made before it, and was not rejected. */
function checkOrder(
  calls: readonly StoredCall[],
  isThere: (call: StoredCall) => boolean,
  what: string,
): void {
  const open = calls.filter(({ end }) => end === undefined || end === 'done')
  const last = open.findLastIndex(isThere)
  expect(
    open.slice(0, last + 1).filter((call) => !isThere(call)),
    what,
  ).toEqual([])
}

/** Each key has the row of the last call of all that are there. */
function checkKeys(
  calls: readonly StoredCall[],
  rows: readonly Readonly<Record<string, unknown>>[],
  what: string,
): void {
  const winners = new Set(rows.map(({ call }) => Number(call)))
  const last = calls.findLastIndex(({ number, end }) => end === 'done' || winners.has(number))
  const expected = new Map<number, unknown>()
  for (const { number, rows: count, end } of calls.slice(0, last + 1)) {
    if (end !== undefined && end !== 'done' && !winners.has(number)) continue
    for (let index = 0; index < count; index++) {
      const id = (7 * number + index) % 300
      expected.set(id, { id, call: number, of: count })
    }
  }
  for (const call of calls.filter(isRefused)) expect(winners, what).not.toContain(call.number)
  const byId = (left: { id?: unknown }, right: { id?: unknown }) => Number(left.id) - Number(right.id)
  expect([...rows].sort(byId), what).toEqual([...expected.values()].sort(byId as never))
}
