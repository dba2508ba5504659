/** The row that every contender writes. */
export interface EventRow {
  readonly id: number
  readonly at: Date
  readonly kind: string
  readonly amount: number
  readonly payload: { readonly user: string; readonly tags: readonly string[]; readonly text: string }
}

export function createTable({ hasPrimaryKey = false } = {}): string {
  const id = hasPrimaryKey ? 'id BIGINT PRIMARY KEY' : 'id BIGINT NOT NULL'
  return `CREATE TABLE IF NOT EXISTS events (${id}, "at" TIMESTAMP, kind VARCHAR, amount DOUBLE, payload JSON)`
}

/** Makes rows whose payload is about 130 bytes of JSON. */
export function makeRows(count: number): EventRow[] {
  return Array.from({ length: count }, (_, id) => makeRow(id, 0))
}

/** Makes `count` rows whose ids are 0, `step`, 2 `step`, ..., each with values of its version. */
export function makeScatteredRows(count: number, step: number, version: number): EventRow[] {
  return Array.from({ length: count }, (_, index) => makeRow(index * step, version))
}

/** @param version - What becomes of the row as it is written again: every column but the id has another value. */
export function makeRow(id: number, version: number): EventRow {
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
