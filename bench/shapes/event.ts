import { timestampValue } from '@duckdb/node-api'
import type { Shape } from './shape.js'

export interface EventRow {
  readonly id: number
  readonly at: Date
  readonly kind: string
  readonly amount: number
  readonly payload: { readonly user: string; readonly tags: readonly string[]; readonly text: string }
}

/** A bit of everything, as servers record it: a number, a moment, a word, an amount, about 130 bytes of JSON. */
export const event: Shape<EventRow> = {
  name: 'event',
  table: 'events',
  columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP', kind: 'VARCHAR', amount: 'DOUBLE', payload: 'JSON' },
  key: 'id',
  makeRow: (index) => makeEvent(index, 0),
  append(appender, { id, at, kind, amount, payload }) {
    appender.appendBigInt(BigInt(id))
    appender.appendTimestamp(timestampValue(BigInt(at.getTime()) * 1000n))
    appender.appendVarchar(kind)
    appender.appendDouble(amount)
    appender.appendVarchar(JSON.stringify(payload))
    appender.endRow()
  },
  bind: ({ id, at, kind, amount, payload }) => [
    BigInt(id),
    timestampValue(BigInt(at.getTime()) * 1000n),
    kind,
    amount,
    JSON.stringify(payload),
  ],
  keyOf: ({ id }) => `event:${id}`,
  bindSqlite: ({ id, at, kind, amount, payload }) => [
    id,
    at.getTime(),
    kind,
    amount,
    JSON.stringify(payload),
  ],
}

/** @param version - What becomes of the row as it is written again: every column but the id has another value. */
export function makeEvent(id: number, version: number): EventRow {
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
