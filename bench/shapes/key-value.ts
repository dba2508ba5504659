import type { Shape } from './shape.js'

export type KeyValueRecord = ReturnType<typeof makeRecord>

/** What a store keeps: a short key, and a value of about 140 bytes of JSON. */
export const keyValue: Shape = {
  name: 'key-value',
  table: 'storage',
  columns: { key: 'VARCHAR NOT NULL', value: 'JSON' },
  key: 'key',
  makeRow: (index) => makeRecord(index, 0),
  append(appender, { key, value }: KeyValueRecord) {
    appender.appendVarchar(key)
    appender.appendVarchar(JSON.stringify(value))
    appender.endRow()
  },
  keyOf: ({ key }) => String(key),
}

/** @param version - What becomes of the value as it is set again. */
export function makeRecord(id: number, version: number) {
  return {
    key: `user:${id}`,
    value: {
      id,
      version,
      name: `User Number ${id}`,
      email: `user.${id}@example.com`,
      roles: ['reader', 'editor'],
      isActive: (id + version) % 2 === 0,
      score: (id % 1000) / 8 + version,
    },
  }
}

export function makeRecords(start: number, end: number, version: number): KeyValueRecord[] {
  return Array.from({ length: end - start }, (_, index) => makeRecord(start + index, version))
}
