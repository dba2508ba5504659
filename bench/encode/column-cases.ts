import { type Baseline, bufferWrite, stringify, typedArrayStore } from './baselines.js'

/** A column of one type, and the values that are encoded into it. */
export interface ColumnCase {
  /** The type, and what it is given where it takes several: `BIGINT from bigint`. */
  readonly name: string
  /** As in a table's definition. */
  readonly type: string
  make(index: number): unknown
  /** What DuckDB must say of the value, read back; `make` says it of the index and not of the value. */
  text(index: number): string | null
  /** SQL that makes this text of the column `value`; a cast by default. */
  readonly select?: string
  /** Work without which the value could not be encoded, done alone. */
  readonly baseline?: Baseline
}

const members = ['queued', 'running', 'failed', 'done']
const enumType = `ENUM(${members.map((member) => `'${member}'`).join(', ')})`
const member = (index: number) => members[index % members.length] ?? ''
const pad = (index: number, digits: number) => String(index).padStart(digits, '0')
const cents = (index: number) => `${Math.floor(index / 100)}.${pad(index % 100, 2)}`
const uuid = (index: number) => `6f9619ff-8b86-4011-b42d-${index.toString(16).padStart(12, '0')}`
const bytes = (index: number) => Uint8Array.from({ length: 32 }, (_, at) => (index + at) % 256)
const document = (index: number) => ({
  user: `user-${pad(index, 8)}`,
  tags: ['a', 'b'],
  text: `lorem ipsum dolor sit amet ${pad(index, 8)} `.repeat(2).trim(),
  ok: true,
})

const start = Date.UTC(2024, 0, 1)
/** Steps that go through days, hours and milliseconds alike. */
const stepMs = 3_723_004
const dateAt = (index: number) => new Date(start + index * stepMs)
const isoAt = (index: number) => dateAt(index).toISOString()
const wholeSecond = (index: number) => new Date(start + index * 3_723_000)
const midnight = (index: number) => new Date(start + (index % 5000) * 86_400_000)
const day = (index: number) => midnight(index).toISOString().slice(0, 10)
const time = (index: number) => isoAt(index).slice(11, 23)
const selectIso = { select: "strftime(value::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')" }

/** Where the text is that of the value itself. */
function plain(
  name: string,
  type: string,
  make: (index: number) => unknown,
  more?: Partial<ColumnCase>,
): ColumnCase {
  return { name, type, make, text: (index) => String(make(index)), ...more }
}

const integer = (type: string, make: (index: number) => number) => plain(type, type, make)
const bigint = (type: string, make: (index: number) => bigint) => plain(`${type} from bigint`, type, make)
const text = (name: string, make: (index: number) => string) => plain(`VARCHAR, ${name}`, 'VARCHAR', make)
const timestamp = (type: string, from: string, make: (index: number) => unknown): ColumnCase => {
  return { name: `${type} from ${from}`, type, make, text: isoAt, ...selectIso }
}
const buffer = { baseline: bufferWrite }

/** A case of every column type, and several of those that take several kinds of values. */
export const columnCases: readonly ColumnCase[] = [
  plain('BOOLEAN', 'BOOLEAN', (index) => index % 2 === 0),
  integer('TINYINT', (index) => (index % 200) - 100),
  integer('SMALLINT', (index) => (index % 60_000) - 30_000),
  integer('INTEGER', (index) => index * 1009 - 5_000_000),
  integer('UTINYINT', (index) => index % 256),
  integer('USMALLINT', (index) => index % 60_000),
  integer('UINTEGER', (index) => index * 1009),
  plain('BIGINT from number', 'BIGINT', (index) => index * 1_000_003 - 5_000_000_000),
  bigint('BIGINT', (index) => BigInt(index) * 1_000_003n - 5_000_000_000n),
  bigint('UBIGINT', (index) => 2n ** 63n + BigInt(index)),
  bigint('HUGEINT', (index) => -(10n ** 30n) - BigInt(index)),
  bigint('UHUGEINT', (index) => 2n ** 127n + BigInt(index)),
  // Halves and quarters, which DuckDB prints as they are.
  plain('FLOAT', 'FLOAT', (index) => index + 0.25),
  plain('DOUBLE', 'DOUBLE', (index) => index + 0.5, { baseline: typedArrayStore }),
  plain('DECIMAL(18,2) from number', 'DECIMAL(18,2)', (index) => index / 100, { text: cents }),
  plain('DECIMAL(18,2) from string', 'DECIMAL(18,2)', cents),
  // Up to 12 bytes lie in DuckDB's string entry itself.
  text('10 ASCII', (index) => `key-${pad(index, 6)}`),
  { ...text('20 ASCII', (index) => `user-${pad(index, 15)}`), ...buffer },
  {
    ...text('200 ASCII', (index) => `${pad(index, 10)} lorem ipsum dolor `.repeat(7).slice(0, 200)),
    ...buffer,
  },
  {
    ...text('200 not ASCII', (index) => `${pad(index, 10)} Zürich – Ærøskøbing `.repeat(7).slice(0, 200)),
    ...buffer,
  },
  plain('JSON, 140 bytes', 'JSON', document, {
    text: (index) => JSON.stringify(document(index)),
    baseline: stringify,
  }),
  plain('BLOB, 32 bytes', 'BLOB', bytes, {
    text: (index) => Buffer.from(bytes(index)).toString('hex'),
    select: 'lower(hex(value))',
  }),
  plain('UUID', 'UUID', uuid),
  plain('ENUM of 4', enumType, member),
  { name: 'NULL', type: 'BIGINT', make: () => null, text: () => null },
  plain('DATE from Date', 'DATE', midnight, { text: day }),
  plain('DATE from string', 'DATE', day),
  plain('TIME from string', 'TIME', time, { select: "strftime(DATE '2024-01-01' + value, '%H:%M:%S.%g')" }),
  timestamp('TIMESTAMP', 'Date', dateAt),
  timestamp('TIMESTAMP', 'string', isoAt),
  { ...timestamp('TIMESTAMP_S', 'Date', wholeSecond), text: (index) => wholeSecond(index).toISOString() },
  timestamp('TIMESTAMP_MS', 'Date', dateAt),
  timestamp('TIMESTAMP_NS', 'Date', dateAt),
  {
    ...timestamp('TIMESTAMPTZ', 'Date', dateAt),
    text: (index) => String(dateAt(index).getTime()),
    select: 'epoch_ms(value)::VARCHAR',
  },
  {
    name: 'INTERVAL from parts',
    type: 'INTERVAL',
    make: (index) => ({ months: index % 12, days: index % 28, micros: index * 1009 }),
    text: (index) => `${index % 12} ${index % 28} ${index * 1009}`,
    select:
      "concat_ws(' ', datepart('month', value), datepart('day', value), datepart('microseconds', value))",
  },
]

export function findColumnCase(name: string): ColumnCase {
  const found = columnCases.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`There is no column case ${name}`)
  return found
}
