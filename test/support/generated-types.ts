import * as fc from 'fast-check'

/** A type of DuckDB, values of it as a caller gives them, and the same in SQL. */
export interface GeneratedType {
  readonly sql: string
  readonly values: fc.Arbitrary<unknown>
  readonly literal: (value: never) => string
  /** Whether its values have this type also where their place has none. */
  readonly isOwn: boolean
}

const quoteSql = (text: string): string => `'${text.replaceAll("'", "''")}'`
const quoteIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`

function leaf<Value>(
  sql: string,
  values: fc.Arbitrary<Value>,
  toText: (value: Value) => string,
  isOwn = false,
): GeneratedType {
  return { sql, values, literal: (value: Value) => `${quoteSql(toText(value))}::${sql}`, isOwn }
}

const dates = (step: number) =>
  fc.integer({ min: -3_000_000_000, max: 7_000_000_000 }).map((n) => {
    const ms = n * 1000 + (step === 1 ? Math.abs(n % 1000) : 0)
    return new Date(Math.floor(ms / step) * step)
  })
const iso = (date: Date) => date.toISOString()
const withoutZone = (date: Date) => date.toISOString().slice(0, -1)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(fc.constantFrom(...'\\"\'[]{}(),=: \n\tN', 'NULL', '\ufeff'), { maxLength: 6 })
    .map((all) => all.join('')),
)
// SQL that has a NUL ends there.
const sqlTexts = texts.map((text) => text.replaceAll('\0', ''))
const bits = (count: number, isSigned = true) =>
  fc.bigInt(
    isSigned
      ? { min: -(2n ** BigInt(count - 1)), max: 2n ** BigInt(count - 1) - 1n }
      : { min: 0n, max: 2n ** BigInt(count) - 1n },
  )

const leaves: readonly GeneratedType[] = [
  leaf('INTEGER', fc.integer(), String, true),
  leaf('UTINYINT', fc.integer({ min: 0, max: 255 }), String),
  leaf('SMALLINT', fc.integer({ min: -32768, max: 32767 }), String),
  leaf('BIGINT', bits(64), String, true),
  leaf('BIGINT', fc.maxSafeInteger(), String),
  leaf('UBIGINT', bits(64, false), String),
  leaf('HUGEINT', bits(128), String),
  leaf('UHUGEINT', bits(128, false), String),
  leaf('DOUBLE', fc.double(), (value) => (Object.is(value, -0) ? '-0' : String(value))),
  leaf('DOUBLE', fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }), String, true),
  leaf('FLOAT', fc.float(), (value) => (Object.is(value, -0) ? '-0' : String(value))),
  leaf(
    'DECIMAL(18,3)',
    fc.integer().map((value) => value / 1000),
    String,
  ),
  leaf('VARCHAR', sqlTexts, String, true),
  leaf('BOOLEAN', fc.boolean(), String, true),
  {
    sql: 'BLOB',
    values: fc.uint8Array({ maxLength: 20 }),
    literal: (value: Uint8Array) => `unhex('${Buffer.from(value).toString('hex')}')`,
    isOwn: true,
  },
  leaf('DATE', dates(86_400_000), (date) => date.toISOString().slice(0, 10)),
  leaf('TIMESTAMP', dates(1), withoutZone, true),
  leaf('TIMESTAMPTZ', dates(1), iso),
  leaf('TIMESTAMP_S', dates(1000), withoutZone),
  leaf('TIMESTAMP_MS', dates(1), withoutZone),
  leaf('TIMESTAMP_NS', dates(1), withoutZone),
  leaf('UUID', fc.uuid(), String),
  leaf("ENUM('a', 'b''c')", fc.constantFrom('a', "b'c"), String),
  leaf(
    'JSON',
    fc.oneof(
      fc.object({
        maxDepth: 2,
        values: [
          sqlTexts,
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null),
        ],
      }),
      fc.array(fc.integer()),
    ),
    (value) => JSON.stringify(value),
  ),
]

/** Types of so many levels, NULL at every one of them. */
export function generatedTypes(levels: number, isOwn = false): fc.Arbitrary<GeneratedType> {
  const choices = isOwn ? leaves.filter((type) => type.isOwn) : leaves
  const leafTypes = fc.constantFrom(...choices).map(nullable)
  if (levels === 0) return leafTypes
  const inner = generatedTypes(levels - 1, isOwn)
  const own = [inner.map(listOf), structs(inner), maps(inner, isOwn)]
  const typed = [fc.tuple(inner, fc.integer({ min: 1, max: 4 })).map(arrayOf), unions(inner)]
  return fc.oneof(leafTypes, ...own, ...(isOwn ? [] : typed)).map(nullable)
}

function nullable({ sql, values, literal, isOwn }: GeneratedType): GeneratedType {
  return {
    sql,
    values: fc.option(values, { freq: 6 }),
    literal: (value) => (value === null ? `NULL::${sql}` : literal(value)),
    isOwn,
  }
}

const list = (items: readonly string[]) => `[${items.join(', ')}]`

function listOf({ sql, values, literal, isOwn }: GeneratedType): GeneratedType {
  return {
    sql: `${sql}[]`,
    values: fc.array(values, { maxLength: 20 }),
    literal: (items: never[]) => `${list(items.map(literal))}::${sql}[]`,
    isOwn,
  }
}

function arrayOf([{ sql, values, literal }, length]: readonly [GeneratedType, number]): GeneratedType {
  return {
    sql: `${sql}[${length}]`,
    values: fc.array(values, { minLength: length, maxLength: length }),
    literal: (items: never[]) => `${list(items.map(literal))}::${sql}[${length}]`,
    isOwn: false,
  }
}

const names = ['a', 'B', 'a b', '1', '__proto__', "it's", '"', 'é', '😀']

function fieldsOf(inner: fc.Arbitrary<GeneratedType>) {
  return fc
    .tuple(
      fc.subarray(names, { minLength: 1, maxLength: 4 }),
      fc.array(inner, { minLength: 4, maxLength: 4 }),
    )
    .map(([chosen, types]) => chosen.map((name, index) => [name, types[index] as GeneratedType] as const))
}

function structs(inner: fc.Arbitrary<GeneratedType>): fc.Arbitrary<GeneratedType> {
  return fieldsOf(inner).map((fields) => {
    const sql = `STRUCT(${fields.map(([name, type]) => `${quoteIdentifier(name)} ${type.sql}`).join(', ')})`
    return {
      sql,
      values: fc
        .tuple(...fields.map(([, type]) => type.values))
        .map((values) => Object.fromEntries(fields.map(([name], index) => [name, values[index]]))),
      literal: (value: Readonly<Record<string, never>>) =>
        `{${fields.map(([name, type]) => `${quoteSql(name)}: ${type.literal(value[name] as never)}`).join(', ')}}::${sql}`,
      isOwn: fields.every(([, type]) => type.isOwn),
    }
  })
}

function maps(inner: fc.Arbitrary<GeneratedType>, isOwn: boolean): fc.Arbitrary<GeneratedType> {
  const keys = [leaf('VARCHAR', sqlTexts, String, true), leaf('INTEGER', fc.integer(), String, true)]
  return fc.tuple(fc.constantFrom(...keys), inner, fc.boolean()).map(([key, item, isObject]) => {
    const sql = `MAP(${key.sql}, ${item.sql})`
    const entries = fc.uniqueArray(fc.tuple(key.values, item.values), {
      selector: ([name]) => name,
      maxLength: 4,
    })
    return {
      sql,
      values: entries.map((all) =>
        isObject && !isOwn && key.sql === 'VARCHAR'
          ? Object.fromEntries(all as [string, unknown][])
          : new Map(all),
      ),
      literal: (value: Map<unknown, never> | Readonly<Record<string, never>>) => {
        const all = value instanceof Map ? [...value] : Object.entries(value)
        const items = all.map(([name, entry]) => `${key.literal(name as never)}: ${item.literal(entry)}`)
        return `MAP {${items.join(', ')}}::${sql}`
      },
      isOwn: item.isOwn,
    }
  })
}

function unions(inner: fc.Arbitrary<GeneratedType>): fc.Arbitrary<GeneratedType> {
  return fieldsOf(inner).map((members) => {
    const sql = `UNION(${members.map(([tag, type]) => `${quoteIdentifier(tag)} ${type.sql}`).join(', ')})`
    return {
      sql,
      values: fc.oneof(
        ...members.map(([tag, type]) => type.values.map((value) => Object.fromEntries([[tag, value]]))),
      ),
      literal: (value: Readonly<Record<string, never>>) => {
        const [tag = ''] = Object.keys(value)
        const type = members.find(([name]) => name === tag)?.[1]
        return `union_value(${quoteIdentifier(tag)} := ${type?.literal(value[tag] as never)})::${sql}`
      },
      isOwn: false,
    }
  })
}
