import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

async function readOne(sql: string): Promise<unknown> {
  const rows = await db.query<{ v: unknown }>(`SELECT ${sql} AS v`)
  expect(rows).toHaveLength(1)
  return rows[0]?.v
}

describe('columns of one name', () => {
  it('are all there, under names that no other column has', async () => {
    const sql = 'SELECT 1 a, 2 a, 3 "a:1", 4 a, 5 AS constructor, 6 AS constructor'
    expect(await db.query(sql)).toEqual([
      { a: 1, 'a:2': 2, 'a:1': 3, 'a:3': 4, constructor: 5, 'constructor:1': 6 },
    ])
    const [row] = await db.query('SELECT 1 AS __proto__, 2 AS __proto__')
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 1],
      ['__proto__:1', 2],
    ])
  })
})

describe('a STRUCT', () => {
  it('without names is an array of its fields', async () => {
    expect(await readOne("row(1, 2, 'x', NULL)")).toEqual([1, 2, 'x', null])
    expect(await readOne('[row(row(1), [2]), NULL]')).toEqual([[[1], [2]], null])
  })

  it('keeps a field whatever its name, at every level', async () => {
    const value = await readOne("{'__proto__': {'__proto__': 1}, 'constructor': 2, '1': NULL, '0': 3}")
    expect(Object.keys(value as object).sort()).toEqual(['0', '1', '__proto__', 'constructor'])
    expect(JSON.stringify(value)).toBe('{"0":3,"1":null,"__proto__":{"__proto__":1},"constructor":2}')
  })
})

describe('a UNION', () => {
  it('is an object with its tag as the one key, also where its value is NULL', async () => {
    expect(await readOne('union_value("name" := \'Ada\')')).toEqual({ name: 'Ada' })
    expect(await readOne('union_value(n := NULL::INTEGER)')).toEqual({ n: null })
    expect(await readOne('NULL::UNION(n INTEGER)')).toBeNull()
    const list = "['a'::UNION(s VARCHAR, n INTEGER), 1::UNION(s VARCHAR, n INTEGER), NULL]"
    expect(await readOne(list)).toEqual([{ s: 'a' }, { n: 1 }, null])
    expect(JSON.stringify(await readOne('union_value("__proto__" := 1)'))).toBe('{"__proto__":1}')
  })
})

describe('JSON', () => {
  it('is parsed at every level', async () => {
    expect(await readOne(`['{"a":[1]}'::JSON, NULL, 'null'::JSON]`)).toEqual([{ a: [1] }, null, null])
    expect(await readOne(`['{"a":1}'::JSON]::JSON[1]`)).toEqual([{ a: 1 }])
    expect(await readOne(`{'j': '[1]'::JSON, 't': '[1]'}`)).toEqual({ j: [1], t: '[1]' })
    expect(await readOne(`MAP {'{"k":1}'::JSON: '"v"'::JSON}`)).toEqual([{ key: { k: 1 }, value: 'v' }])
    expect(await readOne(`union_value(j := '{"u":true}'::JSON)`)).toEqual({ j: { u: true } })
    expect(await readOne(`[{'deep': MAP {1: ['{"a":{"b":[2]}}'::JSON]}}]`)).toEqual([
      { deep: [{ key: 1, value: [{ a: { b: [2] } }] }] },
    ])
  })

  it.each(['{"id": 9007199254740993}', '[1e400]', '{"a": 1, "a": 2}', '0.1234567890123456789'])(
    'is read as its text where JavaScript would change it: %s',
    async (text) => {
      expect(await readOne(`'${text}'::JSON`)).toBe(text)
      expect(await readOne(`['${text}'::JSON, '{"id": 1}'::JSON]`)).toEqual([text, { id: 1 }])
    },
  )

  it('keeps a property that is called __proto__', async () => {
    expect(JSON.stringify(await readOne(`'{"__proto__":{"a":1}}'::JSON`))).toBe('{"__proto__":{"a":1}}')
  })

  it('is read as its text where its levels, with those it is in, are more than 1,000', async () => {
    const text = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(await readOne(`[['${text(999)}'::JSON]]`)).toEqual([[text(999)]])
    expect(JSON.stringify(await readOne(`[['${text(998)}'::JSON]]`))).toBe(`[[${text(998)}]]`)
    expect(JSON.stringify(await readOne(`'${text(1000)}'::JSON`))).toBe(text(1000))
  })
})

describe('a VARIANT', () => {
  it('is what it holds, all of it', async () => {
    const sql = `{'__proto__': 1, 'b': {'__proto__': {'x': [2]}}, 'n': NULL}::VARIANT`
    expect(JSON.stringify(await readOne(sql))).toBe('{"__proto__":1,"b":{"__proto__":{"x":[2]}},"n":null}')
    expect(await readOne("[1::VARIANT, 'a'::VARIANT, NULL]")).toEqual([1, 'a', null])
    expect(await readOne('NULL::VARIANT')).toBeNull()
    const sql2 = `['a'::VARIANT, 1.50::DECIMAL(4,2)::VARIANT, DATE '2024-01-02'::VARIANT, '\\x01'::BLOB::VARIANT,
      INTERVAL 1 DAY::VARIANT, TIME '12:00'::VARIANT, true::VARIANT]`
    expect(await readOne(sql2)).toEqual([
      'a',
      '1.50',
      new Date('2024-01-02'),
      new Uint8Array([1]),
      { months: 0, days: 1, micros: 0n },
      '12:00:00',
      true,
    ])
  })
})

describe('NULL', () => {
  it('is null at every level, beside what is not', async () => {
    const sql = `SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE {'l': CASE WHEN i % 3 = 1 THEN NULL ELSE [i::INTEGER, NULL]
      END, 'm': MAP {i::INTEGER: NULL}} END AS s, array_value(NULL, i::INTEGER) AS a FROM range(5000) r(i)`
    expect(await db.query(sql)).toEqual(
      Array.from({ length: 5000 }, (_, i) => ({
        s: i % 3 === 0 ? null : { l: i % 3 === 1 ? null : [i, null], m: [{ key: i, value: null }] },
        a: [null, i],
      })),
    )
  })

  it('is null of every type, and no value of any type is', async () => {
    const [low, high, none] = await db.query('SELECT * FROM test_all_types()', [], { timestamps: 'string' })
    expect(new Set(Object.values(none ?? {}))).toEqual(new Set([null]))
    expect(Object.values(low ?? {})).not.toContain(null)
    expect(Object.values(high ?? {})).not.toContain(null)
    expect(high).toMatchObject({
      bit: '10101',
      time_tz: '24:00:00-15:59:59',
      time_ns: '24:00:00',
      dec38_10: '9999999999999999999999999999.9999999999',
      large_enum: 'enum_69999',
      union: { age: 5 },
      fixed_nested_int_array: [
        [4, 5, 6],
        [null, 2, 3],
        [4, 5, 6],
      ],
      map: [
        { key: 'key1', value: '🦆🦆🦆🦆🦆🦆' },
        { key: 'key2', value: 'goose' },
      ],
    })
    expect(await readOne("'POINT(1 2)'::GEOMETRY")).toEqual(
      new Uint8Array(Buffer.from('0101000000000000000000f03f0000000000000040', 'hex')),
    )
  })
})
