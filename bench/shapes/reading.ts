import type { Shape } from './shape.js'

/** What a server writes one by one: a number, a word and a value, which changes as it is written again. */
export const reading: Shape = shapeOf('reading', 'BIGINT', (index) => index)
/** The same, by 32 characters that are in no order, as those of a UUID are. */
export const namedReading: Shape = shapeOf('named-reading', 'VARCHAR', nameOf)

type ReadingRow = ReturnType<typeof makeReading<number | string>>

function shapeOf(name: string, keyType: string, keyOf: (index: number) => number | string): Shape {
  return {
    name,
    table: 'readings',
    columns: { id: `${keyType} NOT NULL`, sensor: 'VARCHAR', value: 'INTEGER' },
    key: 'id',
    makeRow: (index) => makeReading(keyOf(index), index),
    append(appender, { id, sensor, value }: ReadingRow) {
      if (typeof id === 'number') appender.appendBigInt(BigInt(id))
      else appender.appendVarchar(id)
      appender.appendVarchar(sensor)
      appender.appendInteger(value)
      appender.endRow()
    },
    keyOf: ({ id }) => String(id),
  }
}

function makeReading<Key>(id: Key, index: number) {
  return { id, sensor: `sensor-${index % 10}`, value: index % 1000 }
}

function nameOf(index: number): string {
  // Odd, so that no two of 32 bits become the same.
  const scattered = Math.imul(index, 0x9e3779b1) >>> 0
  return scattered.toString(16).padStart(8, '0') + String(index).padStart(24, '0')
}
