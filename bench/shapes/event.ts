import { timestampValue } from '@duckdb/node-api'
import type { Shape } from './shape.js'

export type EventRow = ReturnType<typeof makeEvent>

/** A bit of everything, as servers record it: a number, a moment, a word, an amount, about 130 bytes of JSON. */
export const event: Shape = {
  name: 'event',
  table: 'events',
  columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP', kind: 'VARCHAR', amount: 'DOUBLE', payload: 'JSON' },
  key: 'id',
  makeRow: (index) => makeEvent(index, 0),
  append(appender, { id, at, kind, amount, payload }: EventRow) {
    appender.appendBigInt(BigInt(id))
    appender.appendTimestamp(timestampValue(BigInt(at.getTime()) * 1000n))
    appender.appendVarchar(kind)
    appender.appendDouble(amount)
    appender.appendVarchar(JSON.stringify(payload))
    appender.endRow()
  },
  keyOf: ({ id }) => `event:${id}`,
}

/** @param version - What becomes of the row as it is written again: every column but the id has another value. */
export function makeEvent(id: number, version: number) {
  const edition = version === 0 ? '' : `edition ${version} `
  return {
    id,
    at: new Date(1_700_000_000_000 + id + version),
    kind: `kind-${(id + version) % 10}`,
    amount: id / 7 + version,
    payload: {
      user: `user-${id}`,
      tags: ['a', 'b'],
      text: edition + `lorem ipsum dolor sit amet ${id} `.repeat(2),
    },
  }
}

/** Makes `count` events whose ids are 0, `step`, 2 `step`, ..., each with values of its version. */
export function makeScatteredEvents(count: number, step: number, version: number): EventRow[] {
  return Array.from({ length: count }, (_, index) => makeEvent(index * step, version))
}
