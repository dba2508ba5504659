/** The row that every contender writes. */
export interface EventRow {
  readonly id: number
  readonly at: Date
  readonly kind: string
  readonly amount: number
  readonly payload: { readonly user: string; readonly tags: readonly string[]; readonly text: string }
}

export const createTable =
  'CREATE TABLE events (id BIGINT NOT NULL, "at" TIMESTAMP, kind VARCHAR, amount DOUBLE, payload JSON)'

/** Makes rows whose payload is about 130 bytes of JSON. */
export function makeRows(count: number): EventRow[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    at: new Date(1_700_000_000_000 + id),
    kind: `kind-${id % 10}`,
    amount: id / 7,
    payload: { user: `user-${id}`, tags: ['a', 'b'], text: `lorem ipsum dolor sit amet ${id} `.repeat(2) },
  }))
}

/** What a reader must find: how many rows, the sum of their ids, and the length of all payloads. */
export interface Checksum {
  readonly rows: number
  readonly ids: number
  readonly payloadLength: number
}

export function checksumOf(rows: readonly EventRow[]): Checksum {
  let ids = 0
  let payloadLength = 0
  for (const { id, payload } of rows) {
    ids += id
    payloadLength += JSON.stringify(payload).length
  }
  return { rows: rows.length, ids, payloadLength }
}

export const checksumSql =
  'SELECT count(*)::DOUBLE AS rows, coalesce(sum(id), 0)::DOUBLE AS ids, coalesce(sum(length(payload::VARCHAR)), 0)::DOUBLE AS "payloadLength" FROM events'
