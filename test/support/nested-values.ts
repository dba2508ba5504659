import fc from 'fast-check'

/** A type as SQL, and values of it: what a row has, and the SQL that is the same. */
export interface GeneratedType {
  readonly sql: string
  readonly value: fc.Arbitrary<GeneratedValue>
}

interface GeneratedValue {
  readonly given: unknown
  /** To be cast to the type. */
  readonly sql: string
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

function scalar<Given>(
  sql: string,
  given: fc.Arbitrary<Given>,
  literal: (given: Given) => string,
): GeneratedType {
  return { sql, value: given.map((value) => ({ given: value, sql: `${literal(value)}::${sql}` })) }
}

/** Around the length from which on a string lies in the heap. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom('', 'twelve bytes', 'thirteen byte', 'é'.repeat(6), 'é'.repeat(7), '\u{feff}x', "o'clock"),
  fc.string({ minLength: 200, maxLength: 300 }),
)

const scalars: readonly GeneratedType[] = [
  scalar('BOOLEAN', fc.boolean(), String),
  scalar('TINYINT', fc.integer({ min: -128, max: 127 }), (value) => `(${value})`),
  scalar('INTEGER', fc.integer(), (value) => `(${value})`),
  scalar('BIGINT', fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => `(${quote(String(value))})`),
  scalar('UHUGEINT', fc.bigInt(0n, 2n ** 128n - 1n), (value) => quote(String(value))),
  scalar('BIGNUM', fc.bigInt(-(10n ** 60n), 10n ** 60n), (value) => quote(String(value))),
  scalar('DOUBLE', fc.double(), (value) => quote(Object.is(value, -0) ? '-0.0' : String(value))),
  scalar('DECIMAL(9,2)', fc.integer({ min: -999_999_999, max: 999_999_999 }), (cents) =>
    quote((cents / 100).toFixed(2)),
  ),
  scalar('VARCHAR', text, quote),
  scalar(
    'JSON',
    fc.jsonValue({ noUnicodeString: false }).filter((value) => value !== null),
    (value) => quote(JSON.stringify(value)),
  ),
  scalar("ENUM('a', 'b c', 'it''s')", fc.constantFrom('a', 'b c', "it's"), quote),
  scalar('UUID', fc.uuid(), quote),
  scalar('BLOB', fc.uint8Array({ maxLength: 20 }), (bytes) =>
    quote([...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')),
  ),
  scalar(
    'TIMESTAMP',
    fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
    (date) => quote(date.toISOString().slice(0, -1)),
  ),
  scalar(
    'TIMETZ',
    fc.constantFrom('12:34:56.789012+02:30', '00:00:00-15:59', '23:59:59+00:00:30', '01:00:00'),
    quote,
  ),
  scalar('TIME_NS', fc.constantFrom('12:34:56.789012345', '00:00:00', '24:00:00'), quote),
  scalar(
    'INTERVAL',
    fc.record({
      months: fc.integer({ min: -1200, max: 1200 }),
      days: fc.integer({ min: -9999, max: 9999 }),
      micros: fc.integer(),
    }),
    ({ months, days, micros }) => quote(`${months} months ${days} days ${micros} microseconds`),
  ),
].map((type) =>
  // The cents of a DECIMAL are what the column takes as a text.
  type.sql === 'DECIMAL(9,2)'
    ? {
        ...type,
        value: type.value.map(({ given, sql }) => ({ given: (Number(given) / 100).toFixed(2), sql })),
      }
    : type,
)

/** `null` now and then. */
function nullable({ value, sql }: GeneratedType): fc.Arbitrary<GeneratedValue> {
  return fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(nullOf(sql)) })
}

function nullOf(sql: string): GeneratedValue {
  return { given: null, sql: `NULL::${sql}` }
}

function listOf(item: GeneratedType): GeneratedType {
  const sql = `${item.sql}[]`
  const value = fc.array(nullable(item), { maxLength: 5 }).map((items) => ({
    given: items.map(({ given }) => given),
    sql: `[${items.map((each) => each.sql).join(', ')}]::${sql}`,
  }))
  return { sql, value }
}

function arrayOf(item: GeneratedType, length: number): GeneratedType {
  const sql = `${item.sql}[${length}]`
  const value = fc.array(nullable(item), { minLength: length, maxLength: length }).map((items) => ({
    given: items.map(({ given }) => given),
    sql: `array_value(${items.map((each) => each.sql).join(', ')})::${sql}`,
  }))
  return { sql, value }
}

const names = ['a', 'B c', '__proto__', 'constructor', 'it"s']
const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`

function structOf(types: readonly GeneratedType[]): GeneratedType {
  const fields = types.map(({ sql }, index) => `${quoteName(names[index] ?? '')} ${sql}`)
  const sql = `STRUCT(${fields.join(', ')})`
  const value = fc.tuple(...types.map(nullable)).map((values) => ({
    given: Object.fromEntries(values.map(({ given }, index) => [names[index], given])),
    sql: `{${values.map((each, index) => `${quote(names[index] ?? '')}: ${each.sql}`).join(', ')}}::${sql}`,
  }))
  return { sql, value }
}

function unionOf(types: readonly GeneratedType[]): GeneratedType {
  const members = types.map(({ sql }, index) => `${quoteName(names[index] ?? '')} ${sql}`)
  const sql = `UNION(${members.join(', ')})`
  const values = types.map((type, index) => {
    const name = names[index] ?? ''
    return nullable(type).map((each) => ({
      given: Object.fromEntries([[name, each.given]]),
      sql: `union_value(${quoteName(name)} := ${each.sql})::${sql}`,
    }))
  })
  return { sql, value: fc.oneof(...values) }
}

function mapOf(item: GeneratedType): GeneratedType {
  const sql = `MAP(VARCHAR, ${item.sql})`
  const entries = fc.uniqueArray(fc.tuple(text, nullable(item)), { maxLength: 4, selector: ([key]) => key })
  const value = entries.map((each) => ({
    given: new Map(each.map(([key, { given }]) => [key, given])),
    sql: `MAP([${each.map(([key]) => quote(key)).join(', ')}]::VARCHAR[], [${each.map(([, { sql }]) => sql).join(', ')}]::${item.sql}[])`,
  }))
  return { sql, value }
}

/** Types that have others inside of them, so many levels deep at most. */
export function nestedType(levels: number): fc.Arbitrary<GeneratedType> {
  const inner =
    levels > 1 ? fc.oneof(fc.constantFrom(...scalars), nestedType(levels - 1)) : fc.constantFrom(...scalars)
  const several = fc.array(inner, { minLength: 1, maxLength: names.length })
  return fc.oneof(
    inner.map(listOf),
    fc.tuple(inner, fc.integer({ min: 1, max: 4 })).map(([item, length]) => arrayOf(item, length)),
    several.map(structOf),
    several.map(unionOf),
    inner.map(mapOf),
  )
}

export { nullable }
