import { inspect } from 'node:util'
import { open, type PersistenceService, type QueryParameters } from 'duckpaddle'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { generatedCases } from '../support/generated-cases.js'
import { type GeneratedType, generatedTypes } from '../support/generated-types.js'

const failed = { code: 'PERSIST_QUERY_FAILED' }
const exact = { timestamps: 'string', bigints: 'bigint' } as const
let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
  await db.run(`CREATE TABLE n (l INTEGER[], t VARCHAR[], s STRUCT(a INTEGER, b STRUCT(c DATE)), m MAP(VARCHAR, DOUBLE),
    v FLOAT[3], u UNION(n INTEGER, w VARCHAR), j JSON, js JSON[], st STRUCT(a JSON), i INTERVAL[], tz TIMESTAMPTZ[])`)
})
afterAll(() => db.close({ timeoutMs: 0 }))

async function first(sql: string, parameters: QueryParameters): Promise<unknown> {
  const [row = {}] = await db.query(sql, parameters)
  return Object.values(row)[0]
}

/** Each case after what it is called by: vitest's own formats throw for a bigint in an array. */
function titled<const Case extends readonly unknown[]>(cases: readonly Case[]) {
  return cases.map((each) => [inspect(each, { breakLength: Infinity }), ...each] as const)
}

/** As a caller may give anything. */
const any = (value: unknown) => [value] as QueryParameters

describe('an array', () => {
  it.each(
    titled([
      ['SELECT 2 = ANY(?)', [1, 2], true],
      ['SELECT 3 = ANY(?)', [1, 2], false],
      ['SELECT 3 = ANY(?)', [], false],
      ["SELECT 'b' = ANY(?)", ['a', 'b'], true],
      [
        'SELECT list(i ORDER BY i)::INTEGER[] FROM range(5) r(i) WHERE i IN (SELECT unnest(?))',
        [1, 3, 9],
        [1, 3],
      ],
      ['SELECT list(i ORDER BY i)::INTEGER[] FROM range(5) r(i) WHERE list_contains(?, i)', [4n, 0n], [0, 4]],
      ['SELECT list_contains(?, 2::SMALLINT)', [1, 2 ** 40, 2], true],
      ['SELECT ?::INTEGER[]', [1, null, 3], [1, null, 3]],
      ['SELECT ?::INTEGER[]', [], []],
      ['SELECT ?::INTEGER[][]', [[1], [], null, [null]], [[1], [], null, [null]]],
      ['SELECT array_distance([1, 2, 3]::FLOAT[3], ?::FLOAT[3])', [1, 2, 0.5], 2.5],
      ['SELECT array_distance([1, 2, 3]::FLOAT[3], ?::FLOAT[3])', new Float32Array([1, 2, 0.5]), 2.5],
      ["SELECT ?::ENUM('x', 'y')[]", ['x', null], ['x', null]],
      ['SELECT ?::INTEGER[]', ['1', '2'], [1, 2]],
      ['SELECT ?::INTEGER[]', [1.5], [2]],
      ['SELECT ?::VARCHAR', [1, 2], '[1, 2]'],
      ['SELECT ?::VARIANT', [1, 'a'.length], [1, 1]],
      ['SELECT len(? || ?::VARCHAR[])', ['a', 'b'], 4],
    ]),
  )('is a LIST or an ARRAY: %s', async (_, sql, value, expected) => {
    const values = sql.includes('||') ? [value, value] : [value]
    const result = await first(sql, values as QueryParameters)
    expect(typeof result === 'bigint' ? Number(result) : result).toEqual(expected)
  })

  it.each(
    titled([
      [[1, 2], 'INTEGER[]'],
      [[1, 2 ** 31], 'BIGINT[]'],
      [[-(2 ** 31) - 1], 'BIGINT[]'],
      [[1, 2.5], 'DOUBLE[]'],
      [[1, -0], 'DOUBLE[]'],
      [[1, 2 ** 53], 'DOUBLE[]'],
      [[1, 2n], 'BIGINT[]'],
      [[1.5, 2n], 'DOUBLE[]'],
      [[1n, 2n ** 63n], 'HUGEINT[]'],
      [[-1, 2n ** 126n], 'HUGEINT[]'],
      [[1, 2n ** 127n], 'UHUGEINT[]'],
      [['a', null], 'VARCHAR[]'],
      [[true], 'BOOLEAN[]'],
      [[new Uint8Array(2)], 'BLOB[]'],
      [[new Date()], 'TIMESTAMP[]'],
      [[null], '"NULL"[]'],
      [[[], [1], [2.5]], 'DOUBLE[][]'],
      [[{ a: 1 }, { b: 'x' }, { a: 2.5 }], 'STRUCT(a DOUBLE, b VARCHAR)[]'],
      [{ a: [{ b: null }] }, 'STRUCT(a STRUCT(b "NULL")[])'],
      [
        new Map<string, number | null>([
          ['a', 1],
          ['b', null],
        ]),
        'MAP(VARCHAR, INTEGER)',
      ],
      [new Map([[1, new Map([[true, 'x']])]]), 'MAP(INTEGER, MAP(BOOLEAN, VARCHAR))'],
      [new Int8Array(1), 'TINYINT[]'],
      [new Int16Array(1), 'SMALLINT[]'],
      [new Int32Array(0), 'INTEGER[]'],
      [new BigInt64Array(1), 'BIGINT[]'],
      [new Uint8ClampedArray(1), 'UTINYINT[]'],
      [new Uint16Array(1), 'USMALLINT[]'],
      [new Uint32Array(1), 'UINTEGER[]'],
      [new BigUint64Array(1), 'UBIGINT[]'],
      [new Float32Array(1), 'FLOAT[]'],
      [new Float64Array(1), 'DOUBLE[]'],
      [[new Float32Array(1), new Float32Array(2)], 'FLOAT[][]'],
      [[new Float32Array(1), [1]], 'INTEGER[][]'],
      [[new Float32Array([0.5]), new Int8Array(1)], 'DOUBLE[][]'],
      [new Uint8Array(2), 'BLOB'],
    ]),
  )('has the type that its values have in common, where its place has none: %s', async (_, value, type) => {
    expect(await first('SELECT typeof(?)', any(value))).toBe(type)
  })

  it.each(
    titled([
      ['?', [1, 'a'], 'parameter 0[1]', 'string after number'],
      ['?', [true, 1], 'parameter 0[1]', 'number after boolean'],
      ['?', [[1], [['x']]], 'parameter 0[1][0]', 'array after number'],
      ['?', [{ a: 1 }, { a: new Date() }], 'parameter 0[1].a', 'Date after number'],
      ['?', [1.5, 2n ** 53n + 1n], 'parameter 0[0]', 'no double'],
      ['?', [-1, 2n ** 127n], 'parameter 0[0]', 'HUGEINT'],
      ['?', [{}], 'parameter 0[0]', 'at least one field'],
      ['?', { a: 1, A: 2 }, 'parameter 0', 'twice'],
      ['?', { 'a\0': 1 }, 'parameter 0', 'NUL'],
      ['?::FLOAT[3]', [1, 2], 'parameter 0', '3 items, got 2'],
      ['?::FLOAT[3][]', [[1, 2, 3], []], 'parameter 0[1]', '3 items, got 0'],
      ['?::STRUCT(a INTEGER)', { a: 1, b: 2 }, 'parameter 0.b', '`a`'],
      ['?::STRUCT(a INTEGER)[]', [null, { 'b c': 2 }], 'parameter 0[1]["b c"]', '`a`'],
      ['?::STRUCT(a INTEGER)', [1], 'parameter 0', 'to be an object, got array'],
      ['?::INTEGER[]', { a: 1 }, 'parameter 0', 'to be an array, got object'],
      ['?::INTEGER[]', new Map(), 'parameter 0', 'to be an array, got Map'],
      ['?::MAP(INTEGER, INTEGER)', [1], 'parameter 0', 'array of { key, value }'],
      ['?', new Map([[null, 1]]), 'parameter 0[0]', 'not to be NULL'],
      [
        '?',
        new Map<unknown, number>([
          [1, 1],
          [1n, 2],
        ]),
        'parameter 0[1]',
        'twice',
      ],
      ['?::UNION(n INTEGER)', { m: 1 }, 'parameter 0', '`n`'],
      ['?::UNION(n INTEGER)[]', [{ n: 1, m: 2 }], 'parameter 0[0]', '`n`'],
      ['?::INTERVAL[]', [{ hours: 1 }], 'parameter 0[0]', 'months, days, micros'],
      ['?::INTERVAL', { days: 2 ** 31 }, 'parameter 0', '32'],
      ['?::JSON', { a: [Number.NaN] }, 'parameter 0.a[0]', 'NaN'],
      ['?::JSON[]', new Float64Array([1, 2, Infinity]), 'parameter 0[2]', 'Infinity'],
      ['?::JSON', [1n, new Uint8Array(1)], 'parameter 0[1]', 'Uint8Array'],
      ['?::JSON', new Map([[1, 2]]), 'parameter 0', 'key'],
      ['?::INTEGER[]', [1, 2 ** 40], '', 'out of range'],
      ['?::INTEGER[]', ['x'], '', 'x'],
    ]),
  )('is refused where it is: %s', async (_, sql, value, path, reason) => {
    const error = await db.query(`SELECT ${sql}`, any(value)).catch((cause) => cause)
    expect(error).toMatchObject(failed)
    expect(error.message).toContain(path)
    expect(error.message).toContain(reason)
  })

  it('is named by its parameter, whatever statement it is in', async () => {
    const bad = [1, 'a'] as const
    const reasons = [
      [db.query('SELECT $tags', { tags: bad }), 'parameter `tags`[1]'],
      [db.query('SELECT ?; SELECT ?, ?', [1, 2, bad]), 'parameter 2[1]'],
      [db.query('SELECT $1; SELECT $1, $2', [1, bad]), 'parameter 1[1]'],
    ] as const
    for (const [call, path] of reasons) {
      await expect(call).rejects.toMatchObject({ ...failed, message: expect.stringContaining(path) })
    }
    expect(await db.query('SELECT $a AS x; SELECT $a AS x, $b AS y', { a: [1], b: { c: [2] } })).toEqual([
      { x: [1], y: { c: [2] } },
    ])
  })

  it('of 200,000 numbers is read back as it was', async () => {
    const numbers = Array.from({ length: 200_000 }, (_, index) => (index % 1000) / 7)
    expectSame(await first('SELECT ?', [numbers]), numbers)
    const ids = BigInt64Array.from({ length: 200_000 }, (_, index) => BigInt(index) * 9_007_199_254_741n)
    expect(await first('SELECT count(*)::INTEGER FROM range(1000) r(i) WHERE i = ANY(?)', [ids])).toBe(1)
    expect(await first('SELECT list_sum(?)::VARCHAR', [ids])).toBe(
      String(ids.reduce((sum, id) => sum + id, 0n)),
    )
  })
})

describe('an object', () => {
  it('goes into columns of every nested type, with an update and a condition', async () => {
    const row = {
      l: [1, null],
      t: ['a', ''],
      s: { a: 1, b: { c: new Date('2024-02-29') } },
      m: new Map([['x', 0.5]]),
      v: new Float32Array([1, 2, 3]),
      u: { w: 'word' },
      j: { a: [1, { b: null }] },
      js: [{ a: 1 }, null, '[1]', 5],
      st: { a: ['x'] },
      i: [{ months: 1, days: 2, micros: 3n }, { days: 1 }],
      tz: [new Date('2024-07-01T10:20:30.456Z')],
    }
    const names = Object.keys(row)
    await db.run(`INSERT INTO n (${names}) VALUES (${names.map((name) => `$${name}`)})`, row)
    const expected = {
      ...row,
      m: [{ key: 'x', value: 0.5 }],
      v: [1, 2, 3],
      js: [{ a: 1 }, null, [1], 5],
      i: [
        { months: 1, days: 2, micros: 3n },
        { months: 0, days: 1, micros: 0n },
      ],
    }
    expect(await db.query('FROM n')).toEqual([expected])
    // As they are read.
    await db.run(`UPDATE n SET ${names.map((name) => `${name} = $${name}`)}`, expected)
    expect(await db.query('FROM n')).toEqual([{ ...expected, js: [{ a: 1 }, null, [1], 5] }])
    const conditions = ['l', 't', 's', 'm', 'v', 'tz'].map((name) => `${name} = $${name}`).join(' AND ')
    const { l, t, s, m, v, tz } = row
    expect(await db.query(`SELECT l FROM n WHERE ${conditions}`, { l, t, s, m, v, tz })).toEqual([{ l }])
  })

  it('has the fields that its place has, NULL where it has none, in any case', async () => {
    const sql = 'SELECT ?::STRUCT(a INTEGER, b VARCHAR)'
    expect(await first(sql, [{ B: 'x' }])).toEqual({ a: null, b: 'x' })
    expect(await first(sql, [{}])).toEqual({ a: null, b: null })
    expect(await first(sql, [{ a: undefined, c: undefined }])).toEqual({ a: null, b: null })
    expect(await first('SELECT ?', [{ a: 1, c: undefined }])).toEqual({ a: 1 })
    const withProto = JSON.parse('{"__proto__": 1, "constructor": [2], "1": 3, "0": 4}')
    expect(JSON.stringify(await first('SELECT ?', any(withProto)))).toBe(JSON.stringify(withProto))
    expect(await first('SELECT ?', any({ __proto__: null, a: 1 }))).toEqual({ a: 1 })
  })

  it('is JSON where that is wanted: strings are its text at the place itself, and strings inside', async () => {
    const value = { text: 'a', list: [1, null, true, new Date(0)], big: 2n ** 70n, map: new Map([['k', 1]]) }
    expect(await first('SELECT j::VARCHAR FROM (SELECT ?::JSON AS j)', any(value))).toBe(
      '{"text":"a","list":[1,null,true,"1970-01-01T00:00:00.000Z"],"big":1180591620717411303424,"map":{"k":1}}',
    )
    expect(
      await first('SELECT j::VARCHAR FROM (SELECT ?::JSON[] AS j)', [
        ['{"a":1}', { a: 'b' }, 5, null, new Float64Array([0.5])],
      ]),
    ).toBe('[{"a":1}, {"a":"b"}, 5, NULL, [0.5]]')
    expect(await first("SELECT json_extract(?::JSON, '$.a[1]')", [{ a: [1, 2] }])).toBe(2)
    expect(await first('SELECT ?::JSON', [{}])).toEqual({})
    expect(await first('SELECT ?::JSON', [new Uint16Array([1, 2])])).toEqual([1, 2])
  })
})

it('null is NULL of every type', async () => {
  const types = [
    'INTEGER[]',
    'FLOAT[3]',
    'STRUCT(a INTEGER)',
    'MAP(VARCHAR, INTEGER)',
    'UNION(n INTEGER)',
  ].concat([
    ...[
      'JSON',
      'UUID',
      'BLOB',
      'BIT',
      'INTERVAL',
      'TIMESTAMPTZ',
      'TIME',
      'TIMETZ',
      'DATE',
      'HUGEINT',
      'BIGNUM',
    ],
    ...['DECIMAL(9,2)', "ENUM('a')", 'BOOLEAN', 'VARIANT', 'VARCHAR', 'TIMESTAMP_NS', 'TIME_NS'],
  ])
  for (const type of types) {
    expect(await first(`SELECT ?::${type}`, [null]), type).toBeNull()
    expect(await first(`SELECT ?::${type}[]`, [[null, null]]), type).toEqual([null, null])
    expect(await first(`SELECT ?::STRUCT(x ${type})`, [{ x: null }]), type).toEqual({ x: null })
  }
})

it('nested values go with every call that has parameters', async () => {
  const ids = [1, 3]
  const rows = [{ i: 1n }, { i: 3n }]
  const sql = 'SELECT i FROM range(5) r(i) WHERE i = ANY(?)'
  const streamed: unknown[] = []
  for await (const row of db.stream(sql, [ids])) streamed.push(row)
  expect(streamed).toEqual(rows)
  await db.run('CREATE TABLE calls (l INTEGER[], s STRUCT(a VARCHAR))')
  await db.transaction(async (tx) => {
    await tx.run('INSERT INTO calls VALUES ($l, $s)', { l: ids, s: { a: 'x' } })
    expect(await tx.query('SELECT i FROM range(5) r(i) WHERE list_contains(?, i)', [ids])).toEqual(rows)
    await tx.run('UPDATE calls SET s = ? WHERE l = ?', [{ a: 'y' }, Int32Array.from(ids)])
  })
  expect(await db.query('FROM calls')).toEqual([{ l: ids, s: { a: 'y' } }])
  await expect(db.run('UPDATE calls SET s = ?', [{ b: 1 }])).rejects.toMatchObject(failed)
  const hostile = new Proxy([1], {
    get() {
      throw new Error('oops')
    },
  })
  await expect(db.query('SELECT ?', [hostile])).rejects.toThrow('oops')
  await expect(db.query('SELECT ?', any([Symbol('s')]))).rejects.toThrow(TypeError)
  expect(await db.query(sql, [ids])).toEqual(rows)
})

describe('bytes', () => {
  it('are numbers where a LIST or an ARRAY is wanted, and else a BLOB', async () => {
    const bytes = new Uint8Array([0, 255])
    expect(await first('SELECT ?', [bytes])).toEqual(bytes)
    expect(await first('SELECT ?::UTINYINT[]', [bytes])).toEqual([0, 255])
    expect(await first('SELECT ?::INTEGER[2]', [Buffer.from(bytes)])).toEqual([0, 255])
    expect(await first('SELECT ?::BLOB[]', [[bytes]])).toEqual([bytes])
    expect(await first('SELECT ?::INTEGER[][]', [[bytes]])).toEqual([[0, 255]])
  })
})

describe.each(['UTC', 'America/New_York'])('Dates in arrays, where TimeZone is %s', (zone) => {
  beforeAll(() => db.run(`SET GLOBAL TimeZone = '${zone}'`))
  afterAll(() => db.run("SET GLOBAL TimeZone = 'UTC'"))

  it('are the same moments', async () => {
    const dates = [new Date('2024-03-10T07:30:00.000Z'), new Date('2024-11-03T05:30:00.000Z')]
    for (const type of ['TIMESTAMP', 'TIMESTAMPTZ', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS']) {
      expect(await first(`SELECT ?::${type}[]`, [dates]), type).toEqual(dates)
      const list = `[${dates.map((date) => `'${date.toISOString()}'::TIMESTAMPTZ`)}]::TIMESTAMPTZ[]`
      if (type === 'TIMESTAMPTZ') expect(await first(`SELECT ${list} = ?`, [dates])).toBe(true)
    }
    expect(await first('SELECT ?::DATE[]', [[new Date('2024-03-10')]])).toEqual([new Date('2024-03-10')])
    expect(await first('SELECT ?::DATE[]', [[...dates, new Date('2024-03-10')]])).toEqual(
      ['2024-03-10', '2024-11-03', '2024-03-10'].map((day) => new Date(day)),
    )
    expect(await first('SELECT ?::TIME[]', [dates])).toEqual(['07:30:00', '05:30:00'])
    const millis = [new Date('2024-03-10T07:30:00.123Z'), null]
    expect(await first('SELECT ?::TIMESTAMP_MS[]', [millis])).toEqual(millis)
    expect(await first('SELECT ?', [dates])).toEqual(dates)
    const moments = (type: string) => `(VALUES ('2024-03-10T07:30:00Z'::TIMESTAMPTZ::${type})) v(x)`
    expect(
      await first(`SELECT count(*)::INTEGER FROM ${moments('TIMESTAMPTZ')} WHERE x = ANY(?)`, [dates]),
    ).toBe(1)
    const timestamps = "(VALUES (TIMESTAMP '2024-03-10 07:30:00')) v(x)"
    expect(await first(`SELECT count(*)::INTEGER FROM ${timestamps} WHERE x = ANY(?)`, [dates])).toBe(1)
  })
})

describe('generated values', () => {
  const withValue = (types: fc.Arbitrary<GeneratedType>) =>
    types.chain((type) => type.values.map((value) => ({ type, value })))

  it('are what a literal is, in every type', async () => {
    const property = fc.asyncProperty(withValue(generatedTypes(3)), async ({ type, value }) => {
      const sql = `SELECT ?::${type.sql} AS given, ${type.literal(value as never)} AS literal`
      const [row] = await db.query(sql, any(value), exact)
      expect(row?.given).toEqual(row?.literal)
    })
    await fc.assert(property, generatedCases(120))
  })

  it('are what a literal is, where their place has no type', async () => {
    const property = fc.asyncProperty(withValue(generatedTypes(3, true)), async ({ type, value }) => {
      const sql = `SELECT ? AS given, ${type.literal(value as never)} AS literal`
      const [row] = await db.query(sql, any(value), exact)
      expect(row?.given).toEqual(row?.literal)
    })
    await fc.assert(property, generatedCases(80))
  })

  it('are kept in lists that are long', async () => {
    const long = { minLength: 16, maxLength: 40, size: 'max' } as const
    const texts = fc.array(fc.option(fc.string({ unit: 'binary', maxLength: 12 })), long)
    const doubles = fc.array(fc.double(), long)
    const bigints = fc.array(fc.option(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })), long)
    const property = fc.asyncProperty(texts, doubles, bigints, async (strings, numbers, integers) => {
      const floats = Float32Array.from(numbers)
      const nested = [numbers, null, [...numbers, null]]
      const array = strings.slice(0, 16)
      const huge = [...integers, 2n ** 127n - 1n]
      const [row] = await db.query(
        'SELECT $strings AS s, $numbers::DOUBLE[] AS n, $floats AS f, $nested AS o, $array::VARCHAR[16] AS a, $huge AS h, ' +
          `$numbers::DOUBLE[${numbers.length}] AS na`,
        { strings, numbers, floats, nested, array, huge },
        exact,
      )
      const expected = { s: strings, n: numbers, f: [...floats], o: nested, a: array, h: huge, na: numbers }
      expect(row).toEqual(expected)
    })
    await fc.assert(property, generatedCases(40))
  })
})
