import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const failed = { code: 'PERSIST_QUERY_FAILED' }
let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
  await db.run(`CREATE TABLE n (tiny TINYINT, i INTEGER, b BIGINT, u UBIGINT, h HUGEINT, uh UHUGEINT, big BIGNUM, f FLOAT,
    d DOUBLE, dec DECIMAL(18,3), v VARCHAR, bl BLOB, bo BOOLEAN, e ENUM('x', 'y'), uu UUID)`)
  await db.run('CREATE TABLE keyed (id BIGINT PRIMARY KEY); INSERT INTO keyed SELECT * FROM range(100000)')
})
afterAll(() => db.close({ timeoutMs: 0 }))

async function rejection(sql: string, parameters?: unknown): Promise<Error & { code?: string }> {
  return db.query(sql, parameters as never).then(
    () => new Error('It was not refused'),
    (error) => error,
  )
}

describe('undefined', () => {
  it('is NULL, as is a hole', async () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what this is about
    const values = [undefined, , null, 1]
    expect(await db.query('SELECT ? AS a, ? AS b, ? AS c, ? AS d', values)).toEqual([
      { a: null, b: null, c: null, d: 1 },
    ])
    expect(await db.query('SELECT $a AS a', { a: undefined })).toEqual([{ a: null }])
    expect(await db.query('SELECT 1 AS a', undefined)).toEqual([{ a: 1 }])
  })
})

describe('a parameter', () => {
  it.each([
    ['SELECT $name AS x', { name: 1 }, { x: 1 }],
    ['SELECT $name AS x', { $name: 1 }, { x: 1 }],
    ['SELECT $Name AS x', { nAME: 1 }, { x: 1 }],
    ['SELECT $name AS x, $NAME AS y', { name: 1 }, { x: 1, y: 1 }],
    ['SELECT $1 AS x, $1 + $2 AS y', [1, 2], { x: 1, y: 3 }],
    ['SELECT $2 AS x, $1 AS y', [1, 2], { x: 2, y: 1 }],
    ['SELECT $2 AS x, $1 AS y', { 1: 1, $2: 2 }, { x: 2, y: 1 }],
    ['SELECT ? AS x, ? AS y', { 1: 1, 2: 2 }, { x: 1, y: 2 }],
    ['SELECT $__proto__ AS x', JSON.parse('{"__proto__": 7}'), { x: 7 }],
    ['SELECT $größe AS x', { größe: 7 }, { x: 7 }],
    ['SELECT 1 AS x', [], { x: 1 }],
    ['SELECT 1 AS x', {}, { x: 1 }],
    ["SELECT '$a ?' AS x, $$ $b $$ AS y -- $c ?", [], { x: '$a ?', y: ' $b ' }],
  ])('is found by its name or its position: %s, %j', async (sql, parameters, row) => {
    expect(await db.query(sql, parameters as never)).toEqual([row])
  })

  it.each([
    ['SELECT $name, $id', { nme: 1, id: 2 }, ['$nme', '$name', '$id']],
    ['SELECT $name, $id', { id: 2 }, ['$name has no value']],
    ['SELECT $name', { name: 1, other: 2 }, ['no $other']],
    ['SELECT $name', [1], ['$name', 'an array of 1']],
    ['SELECT $name', undefined, ['$name has no value']],
    ['SELECT ?, ?', [1], ['2 parameters', 'an array of 1', '$2 has no value']],
    ['SELECT ?, ?', [1, 2, 3], ['2 parameters', 'an array of 3']],
    ['SELECT ?', undefined, ['1 parameter']],
    ['SELECT ?', { name: 1 }, ['1 parameter', '$name']],
    ['SELECT 1', [1], ['no parameters', 'an array of 1']],
    ['SELECT 1', { a: 1 }, ['no parameters', '$a']],
    ['SELECT $2', [1, 2], ['no $1']],
  ])('is named where it is missing or too much: %s, %j', async (sql, parameters, parts) => {
    for (const call of [
      () => rejection(sql, parameters),
      () => db.run(sql, parameters as never).catch((e) => e),
    ]) {
      const error = await call()
      expect(error).toMatchObject(failed)
      for (const part of parts) expect(error.message).toContain(part)
    }
  })

  it.each([
    [{ a: new Set() }, TypeError, 'parameter `a`'],
    [[() => 1], TypeError, 'parameter 0'],
    [[Symbol('s')], TypeError, 'parameter 0'],
    [[new DataView(new ArrayBuffer(1))], TypeError, 'parameter 0'],
    [[new ArrayBuffer(1)], TypeError, 'parameter 0'],
    [[new Date(Number.NaN)], RangeError, 'valid Date'],
    [['a\ud800'], RangeError, 'surrogates'],
    [[2n ** 128n], RangeError, '128 bits'],
    [[-(2n ** 127n) - 1n], RangeError, '128 bits'],
    [{ a: 1, $A: 2 }, TypeError, '`a` and `$A`'],
    [new Map([['a', 1]]), TypeError, 'an array or an object'],
    [new Set([1]), TypeError, 'an array or an object'],
    [new Uint8Array(1), TypeError, 'an array or an object'],
    [new Date(), TypeError, 'an array or an object'],
    [Promise.resolve(1), TypeError, 'an array or an object'],
    ['a', TypeError, 'an array or an object'],
    [null, TypeError, 'an array or an object'],
  ])('is refused before anything runs: %o', async (parameters, kind, part) => {
    const error = await db.run('CREATE TABLE made (a INTEGER); SELECT 1', parameters as never).catch((e) => e)
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(part)
    await expect(db.query('FROM made')).rejects.toMatchObject(failed)
  })
})

describe('parameters of several statements', () => {
  it.each([
    ['INSERT INTO p VALUES (?); INSERT INTO p VALUES (?), (?)', ['a', 'b', 'c'], ['a', 'b', 'c']],
    ['INSERT INTO p VALUES ($1); INSERT INTO p VALUES ($2), ($1)', ['a', 'b'], ['a', 'b', 'a']],
    [
      'INSERT INTO p VALUES ($x); DELETE FROM p WHERE a = $y; INSERT INTO p VALUES ($Z)',
      { x: 'a', y: 'a', z: 'c' },
      ['c'],
    ],
    ['INSERT INTO p VALUES ($1)', ['a'], ['a']],
    ['INSERT INTO p VALUES (\'?\'); INSERT INTO p SELECT ? AS "?"', ['a'], ['?', 'a']],
    [
      'CREATE TABLE q (a VARCHAR); INSERT INTO q VALUES (?); INSERT INTO p SELECT a || ? FROM q; DROP TABLE q',
      ['a', 'b'],
      ['ab'],
    ],
  ])('belong to each of them: %s', async (sql, parameters, rows) => {
    await db.run('CREATE OR REPLACE TABLE p (a VARCHAR)')
    await db.run(sql, parameters)
    expect((await db.query<{ a: string }>('FROM p')).map(({ a }) => a)).toEqual(rows)
  })

  it('belong to each read as well', async () => {
    expect(await db.query('SELECT ?; SELECT ? AS x', [1, 2])).toEqual([{ x: 2 }])
    expect(await db.query('SELECT $a; SELECT $b AS x, $a AS y', { a: 1, b: 2 })).toEqual([{ x: 2, y: 1 }])
    expect(await db.query('SELECT $1; SELECT $1 AS x', [1])).toEqual([{ x: 1 }])
    await db.run("CREATE OR REPLACE TABLE p (a VARCHAR); INSERT INTO p VALUES ('a')")
    expect(await db.query('PIVOT p ON a USING count(*) + ?; SELECT ? AS x', [1, 2])).toEqual([{ x: 2 }])
  })

  it.each([
    ['INSERT INTO p VALUES ($x); INSERT INTO p VALUES ($y)', { x: 'a' }, '$y has no value'],
    ['INSERT INTO p VALUES ($x); INSERT INTO p VALUES ($y)', { x: 'a', y: 'b', z: 'c' }, 'no $z'],
    ['INSERT INTO p VALUES (?); INSERT INTO p VALUES (?)', ['a'], '2 parameters'],
    ['INSERT INTO p VALUES (?); INSERT INTO p VALUES (?)', ['a', 'b', 'c'], '2 parameters'],
  ])('are counted before anything runs: %s, %j', async (sql, parameters, part) => {
    await db.run('CREATE OR REPLACE TABLE p (a VARCHAR)')
    await expect(db.run(sql, parameters)).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining(part),
    })
    expect(await db.query('FROM p')).toEqual([])
  })
})

describe('a value', () => {
  const maximum = 2n ** 128n - 1n
  it.each([
    ['tiny', [127, -128, 5n]],
    ['i', [2 ** 31 - 1, -(2 ** 31), -0]],
    ['b', [2n ** 63n - 1n, 9_007_199_254_740_993n, 5, 2 ** 53, -(2n ** 63n)]],
    ['u', [2n ** 64n - 1n, 5, 2 ** 60]],
    ['h', [2n ** 127n - 1n, -(2n ** 127n), 2 ** 100, 7]],
    ['uh', [maximum, 2 ** 127, 7]],
    ['big', [maximum, -5, 2 ** 80]],
    ['d', [0.1, -0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 5n, 2n ** 70n]],
    ['f', [0.1, 1.5, Infinity, Number.NaN, 16_777_216, 3n]],
    ['dec', [0.1, 123_456_789_012.345, -1, 7n, 1e-3, 1.5e2, 0, -0, 1e10]],
    ['v', ['', 'a\0b', '\ufeffa', '😀', 'x'.repeat(3_000_000)]],
    [
      'bl',
      [
        new Uint8Array(),
        new Uint8Array([0, 255]),
        Buffer.from('duck'),
        new Uint8Array([1, 2, 3]).subarray(1),
      ],
    ],
    ['bo', [true, false]],
    ['e', ['x']],
    ['uu', ['6ecd8c99-4036-403d-bf84-cf8400f67836']],
  ] as const)('is written to a column and found there again: %s', async (column, values) => {
    for (const value of values) {
      await db.run('DELETE FROM n')
      await db.run(`INSERT INTO n (${column}) VALUES (?)`, [value])
      await db.run(`INSERT INTO n (${column}) SELECT ?`, [value])
      expect(
        await db.query(`SELECT count(*)::INT AS n FROM n WHERE ${column} = $v`, { v: value }),
        String(value),
      ).toEqual([{ n: 2 }])
      expect(await db.query(`SELECT DISTINCT ${column} IS NULL AS x FROM n`)).toEqual([{ x: false }])
    }
  })

  it('is kept as it is where its place has no type', async () => {
    const values = [-0, Number.NaN, Infinity, 1e300, 2n ** 127n, 'a', true, new Uint8Array([1])]
    const sql = `SELECT ${values.map((_, index) => `? AS c${index}`).join(', ')}`
    const [row = {}] = await db.query(sql, values)
    expect(Object.values(row)).toEqual(values)
    expect(
      await db.query('SELECT typeof(?) AS a, typeof(?) AS b, typeof(?) AS c', [5, 2 ** 40, 5.5]),
    ).toEqual([{ a: 'INTEGER', b: 'BIGINT', c: 'DOUBLE' }])
  })

  it('is compared as it is', async () => {
    await db.run('DELETE FROM n')
    await db.run(
      'INSERT INTO n (b, d, f, dec) VALUES (9007199254740993, 0.1, 0.1, 0.1), (9007199254740992, 5, 5, 5)',
    )
    expect(await db.query('SELECT b FROM n WHERE b = ?', [2 ** 53])).toEqual([{ b: 2n ** 53n }])
    expect(await db.query('SELECT b FROM n WHERE b > ?', [2 ** 53])).toEqual([{ b: 2n ** 53n + 1n }])
    expect(await db.query('SELECT d FROM n WHERE d > ? AND b >= ?', [4.5, 4.5])).toEqual([{ d: 5 }])
    expect(
      await db.query('SELECT count(*)::INT AS n FROM n WHERE d = ? AND f = ? AND dec = ?', [0.1, 0.1, 0.1]),
    ).toEqual([{ n: 1 }])
    expect(await db.query('SELECT count(*)::INT AS n FROM n WHERE f < ?', [1e300])).toEqual([{ n: 2 }])
    expect(await db.query('SELECT count(*)::INT AS n FROM n WHERE dec < ?', [5.0001])).toEqual([{ n: 2 }])
    expect(await db.query('FROM keyed ORDER BY id LIMIT $1 OFFSET $2', [1, 2])).toEqual([{ id: 2n }])
    expect(await db.query('SELECT [10, 20][?] AS x', [2])).toEqual([{ x: 20 }])
    await expect(db.query('FROM keyed LIMIT ?', [-1])).rejects.toMatchObject(failed)
  })

  it.each([5, 5n, 5.0, 2 ** 40, 2n ** 70n])('leaves a column to its index: %s', async (value) => {
    const [plan] = await db.query<{ explain_value: string }>('EXPLAIN FROM keyed WHERE id = $1', [value])
    expect(plan?.explain_value).not.toMatch(/CAST/)
  })
})
