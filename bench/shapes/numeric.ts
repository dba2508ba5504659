import type { Shape } from './shape.js'

/** What a device reports: twenty columns of numbers, JS numbers all of them. */
export const numeric: Shape = {
  name: 'numeric',
  table: 'readings',
  columns: {
    id: 'BIGINT NOT NULL',
    device: 'INTEGER',
    channel: 'SMALLINT',
    sequence: 'BIGINT',
    flags: 'UINTEGER',
    temperature: 'DOUBLE',
    pressure: 'DOUBLE',
    humidity: 'FLOAT',
    voltage: 'FLOAT',
    current: 'DOUBLE',
    latitude: 'DOUBLE',
    longitude: 'DOUBLE',
    altitude: 'FLOAT',
    speed: 'FLOAT',
    heading: 'SMALLINT',
    sent: 'BIGINT',
    received: 'BIGINT',
    retries: 'INTEGER',
    bytes: 'UINTEGER',
    checksum: 'UINTEGER',
  },
  key: 'id',
  makeRow,
  append(appender, row: ReturnType<typeof makeRow>) {
    appender.appendBigInt(BigInt(row.id))
    appender.appendInteger(row.device)
    appender.appendSmallInt(row.channel)
    appender.appendBigInt(BigInt(row.sequence))
    appender.appendUInteger(row.flags)
    appender.appendDouble(row.temperature)
    appender.appendDouble(row.pressure)
    appender.appendFloat(row.humidity)
    appender.appendFloat(row.voltage)
    appender.appendDouble(row.current)
    appender.appendDouble(row.latitude)
    appender.appendDouble(row.longitude)
    appender.appendFloat(row.altitude)
    appender.appendFloat(row.speed)
    appender.appendSmallInt(row.heading)
    appender.appendBigInt(BigInt(row.sent))
    appender.appendBigInt(BigInt(row.received))
    appender.appendInteger(row.retries)
    appender.appendUInteger(row.bytes)
    appender.appendUInteger(row.checksum)
    appender.endRow()
  },
  keyOf: ({ id }) => `reading:${id}`,
}

/** A FLOAT is a multiple of an eighth, which is the same in every database, whether it has a type for it or not. */
function makeRow(index: number) {
  return {
    id: index,
    device: (index * 7919) % 100_000,
    channel: (index % 64) - 32,
    sequence: 1_000_000_000_000 + index,
    flags: (index * 2_654_435) % 4_000_000_000,
    temperature: 20 + (index % 1000) / 70,
    pressure: 1013.25 - (index % 333) / 9,
    humidity: (index % 800) / 8,
    voltage: 3 + (index % 16) / 8,
    current: (index % 500) / 3000,
    latitude: 47.3769 + (index % 10_000) / 1_000_003,
    longitude: 8.5417 - (index % 10_000) / 1_000_003,
    altitude: 400 + (index % 4000) / 8,
    speed: (index % 320) / 8,
    heading: index % 360,
    sent: 1_700_000_000_000 + index,
    received: 1_700_000_000_000 + index + (index % 250),
    retries: index % 4,
    bytes: 200 + (index % 1800),
    checksum: (index * 2_654_435_761) % 4_294_967_296,
  }
}
