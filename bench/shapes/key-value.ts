import { type KeyValueRecord, makeRecord } from '../records.js'
import type { Shape } from './shape.js'

/** What a store keeps: a short key, and a value of about 140 bytes of JSON. */
export const keyValue: Shape<KeyValueRecord> = {
  name: 'key-value',
  table: 'storage',
  columns: { key: 'VARCHAR NOT NULL', value: 'JSON' },
  key: 'key',
  makeRow: (index) => makeRecord(index, 0),
  append(appender, { key, value }) {
    appender.appendVarchar(key)
    appender.appendVarchar(JSON.stringify(value))
    appender.endRow()
  },
  bind: ({ key, value }) => [key, JSON.stringify(value)],
  keyOf: ({ key }) => key,
  bindSqlite: ({ key, value }) => [key, JSON.stringify(value)],
}
