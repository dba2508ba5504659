/** The table that every way writes. */
export const columns = {
  id: 'BIGINT NOT NULL',
  seen_at: 'TIMESTAMP',
  kind: 'VARCHAR',
  amount: 'DOUBLE',
  payload: 'JSON',
} as const

export const createTable = `CREATE TABLE events (${Object.entries(columns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`

export type DemoEvent = ReturnType<typeof makeEvent>

/** Makes the rows one by one, as they are taken. */
export function* makeEvents(count: number): Generator<DemoEvent> {
  for (let id = 0; id < count; id++) yield makeEvent(id)
}

/** A bit of everything, as servers record it. */
export function makeEvent(id: number) {
  return {
    id,
    seen_at: new Date(1_700_000_000_000 + id),
    kind: `kind-${id % 10}`,
    amount: id / 7,
    payload: { user: `user-${id}`, tags: ['a', 'b'], text: `lorem ipsum dolor sit amet ${id}` },
  }
}
