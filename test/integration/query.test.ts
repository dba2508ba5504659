import { stat } from 'node:fs/promises'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
})
afterEach(() => db.stats().status === 'open' && db.run('DROP TABLE IF EXISTS t'))
afterAll(() => db.close({ timeoutMs: 0 }))

describe('query()', () => {
  it('takes parameters by position and by name', async () => {
    const sql = 'SELECT ?::INTEGER AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f'
    const values = [1, 2n ** 100n, 'x', null, new Uint8Array([1, 2]), new Date(5)]
    expect(await db.query(sql, values)).toEqual([
      { a: 1, b: 2n ** 100n, c: 'x', d: null, e: new Uint8Array([1, 2]), f: new Date(5) },
    ])
    expect(await db.query('SELECT $a + $b AS sum', { a: 1, b: 2.5 })).toEqual([{ sum: 3.5 }])
    await expect(db.query('SELECT ?', [2n ** 200n])).rejects.toThrow(RangeError)
    await expect(db.query('SELECT ? + ?', [1])).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })

  it('reads more rows than a page, and values that are not written yet', async () => {
    const rows = await db.query<{ i: bigint; s: string }>('SELECT i, i::VARCHAR AS s FROM range(10000) r(i)')
    expect(rows).toHaveLength(10_000)
    expect(rows.every(({ i, s }, index) => i === BigInt(index) && s === String(index))).toBe(true)
    expect(await db.query("SELECT [1, NULL] AS l, {'a': DATE '2024-01-02'} AS s, MAP {'k': 1} AS m")).toEqual(
      [{ l: [1, null], s: { a: new Date('2024-01-02') }, m: [{ key: 'k', value: 1 }] }],
    )
    expect(await db.query("SELECT 'no json'::VARCHAR AS t, 1 AS t")).toEqual([{ t: 'no json', 't:1': 1 }])
  })

  it('fails with the message of DuckDB as its cause', async () => {
    const error = await db.query('SELEC 1').catch((reason) => reason)
    expect(error).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    expect(error.cause.message).toMatch(/syntax error/)
    await expect(db.query('SELECT 1/x FROM nowhere')).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })

  it('may write when its turn comes, and returns what it wrote', async () => {
    await db.run('CREATE TABLE t (a INTEGER)')
    expect(await db.query('INSERT INTO t VALUES (1), (2) RETURNING a')).toEqual([{ a: 1 }, { a: 2 }])
    expect(await db.run('DELETE FROM t WHERE a = ?', [2])).toEqual({ rowsChanged: 1 })
    expect(await db.query('INSERT INTO t VALUES (3); SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 2 }])
  })

  it('refuses to leave a transaction open, and rolls it back', async () => {
    await db.run('CREATE TABLE t (a INTEGER)')
    await expect(db.run('BEGIN; INSERT INTO t VALUES (1)')).rejects.toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
    })
    await db.run('BEGIN; INSERT INTO t VALUES (2); COMMIT')
    expect(await db.query('SELECT a FROM t')).toEqual([{ a: 2 }])
  })

  it("leaves Node's own input and output alone while four of them are at work", async () => {
    const heavy = 'SELECT count(*) FROM range(10000000000) r(i) WHERE hash(i) % 7 = 3'
    let finished = 0
    const ended = Promise.allSettled([1, 2, 3, 4].map(() => db.query(heavy).finally(() => finished++)))
    // Were all of Node's own threads taken, the first of these would wait until a query has ended.
    for (let turn = 0; turn < 200; turn++) await stat('.')
    expect(finished).toBe(0)
    await db.close({ timeoutMs: 0 })
    for (const result of await ended) expect(result).toMatchObject({ reason: { code: 'PERSIST_ABORTED' } })
  })
})
