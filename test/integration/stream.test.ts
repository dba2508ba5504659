import { execFileSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

let db: PersistenceService

/** Opens a database in a process of its own, which fails while another has the file. */
function countInOtherProcess(file: string): string {
  const program = `
    import { DuckDBInstance } from '@duckdb/node-api'
    const connection = await (await DuckDBInstance.create(process.argv[1])).connect()
    console.log(String((await connection.runAndReadAll('SELECT count(*) FROM t')).getRows()[0][0]))`
  return execFileSync(process.execPath, ['--input-type=module', '-e', program, file], { encoding: 'utf8' })
}

beforeAll(async () => {
  db = await open(':memory:')
  await db.run('CREATE TABLE numbers AS SELECT i, repeat(i::VARCHAR, 5) AS text FROM range(50_000) r(i)')
})
afterAll(() => db.close())

describe('stream()', () => {
  it('hands out what query() resolves to, row by row', async () => {
    const sql = 'SELECT i, text, i % 7 = 0 AS seventh FROM numbers WHERE i > ? ORDER BY i'
    const rows: object[] = []
    for await (const row of db.stream(sql, [10_000])) rows.push(row)
    expect(rows).toHaveLength(39_999)
    expect(rows).toEqual(await db.query(sql, [10_000]))
  })

  it('takes the options of query()', async () => {
    const sql = "SELECT 1::BIGINT AS n, DATE '2024-02-29' AS d"
    const stream = db.stream(sql, undefined, { bigints: 'number', timestamps: 'string' })
    expect(await stream.next()).toEqual({ value: { n: 1, d: '2024-02-29' }, done: false })
    expect(await stream.next()).toEqual({ value: undefined, done: true })
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })

  it('begins when the first row is asked for', async () => {
    await db.run('CREATE TABLE late (i INTEGER)')
    const stream = db.stream<{ n: bigint }>('SELECT count(*) AS n FROM late')
    await db.run('INSERT INTO late VALUES (1)')
    expect((await stream.next()).value).toEqual({ n: 1n })
    await stream.return?.()
  })

  it('has nothing left in the worker after a break', async () => {
    for await (const { i } of db.stream<{ i: bigint }>('SELECT i FROM numbers ORDER BY i')) {
      if (i === 3n) break
    }
    expect(db.stats().querying).toBe(0)
  })

  it('is over after return(), whatever is asked for and not there yet', async () => {
    const stream = db.stream('SELECT count(*) FROM range(100_000_000_000)')
    const row = stream.next()
    expect(await stream.return?.()).toEqual({ value: undefined, done: true })
    expect(await row).toEqual({ value: undefined, done: true })
    expect(db.stats().querying).toBe(0)
  })

  it('answers calls of next() in their order', async () => {
    const stream = db.stream<{ i: bigint }>('SELECT i FROM numbers ORDER BY i LIMIT 3')
    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()])
    expect(results.map(({ value }) => value?.i)).toEqual([0n, 1n, 2n, undefined])
  })

  it('is a source of a Readable', async () => {
    const readable = Readable.from(db.stream('SELECT i FROM numbers ORDER BY i'))
    let rows = 0
    for await (const _ of readable) if (++rows === 20_000) break
    expect(rows).toBe(20_000)
    if (!readable.closed) await new Promise((resolve) => readable.once('close', resolve))
    expect(db.stats().querying).toBe(0)
  })

  it('is a source of persist() of the same service, of the table that it reads too', async () => {
    const table = await db.table('copies', { columns: { i: 'BIGINT', text: 'VARCHAR' } })
    expect(await table.persist(db.stream('SELECT * FROM numbers'))).toMatchObject({ inserted: 50_000 })
    expect(await table.persist(db.stream('SELECT * FROM copies'))).toMatchObject({ inserted: 50_000 })
    const [sum] = await db.query('SELECT count(*) AS n, count(DISTINCT i) AS distinct FROM copies')
    expect(sum).toEqual({ n: 100_000n, distinct: 50_000n })
  })

  it('hands out what a statement has written', async () => {
    await db.run('CREATE TABLE written (i INTEGER)')
    const rows: object[] = []
    for await (const row of db.stream('INSERT INTO written SELECT range FROM range(3) RETURNING i')) {
      rows.push(row)
    }
    expect(rows).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }])
    expect(await db.query('SELECT count(*)::INTEGER AS n FROM written')).toEqual([{ n: 3 }])
  })

  it('refuses a source of persist() that would wait for it', async () => {
    const table = await db.table('waiting', { columns: { i: 'INTEGER' }, key: ['i'] })
    await expect(table.persist(db.stream('INSERT INTO waiting VALUES (1) RETURNING i'))).rejects.toThrow(
      TypeError,
    )
  })

  it('throws at once for arguments that are none', () => {
    expect(() => db.stream(1 as never)).toThrow(TypeError)
    expect(() => db.stream('SELECT ?', [Number as never])).toThrow(TypeError)
    expect(() => db.stream('SELECT 1', [], { timeoutMs: -1 })).toThrow(RangeError)
    expect(() => db.stream('SELECT 1', [], { signal: {} as never })).toThrow(TypeError)
    expect(() => db.stream('SELECT 1', [], { other: 1 } as never)).toThrow(TypeError)
  })

  it('rejects once with what is wrong, and is over then', async () => {
    const stream = db.stream('SELECT nope')
    await expect(stream.next()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })

  it('rejects at the row whose value cannot be read', async () => {
    const sql =
      'SELECT CASE WHEN i = 30_000 THEN 2::BIGINT ** 60 ELSE i END::BIGINT AS n FROM numbers ORDER BY i'
    let rows = 0
    const read = async () => {
      for await (const _ of db.stream(sql, undefined, { bigints: 'number' })) rows++
    }
    await expect(read()).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED', message: /Column `n`/ })
    expect(rows).toBe(30_000)
    expect(db.stats().querying).toBe(0)
  })
})

describe.each(['query', 'stream'] as const)('%s() with a limit', (method) => {
  const endless = 'SELECT count(*) FROM range(100_000_000_000)'

  function run(signal: AbortSignal | undefined, timeoutMs?: number): Promise<unknown> {
    if (method === 'query') return db.query(endless, undefined, { signal, timeoutMs })
    return db.stream(endless, undefined, { signal, timeoutMs }).next()
  }

  it('gives up when its signal is aborted', async () => {
    const controller = new AbortController()
    const call = run(controller.signal)
    controller.abort(new Error('enough'))
    await expect(call).rejects.toMatchObject({
      code: 'PERSIST_ABORTED',
      cause: { message: 'enough' },
    })
    await expect(run(controller.signal)).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(db.stats().querying).toBe(0)
  })

  it('gives up when its time is over', async () => {
    await expect(run(undefined, 20)).rejects.toMatchObject({
      code: 'PERSIST_ABORTED',
      cause: { name: 'TimeoutError' },
    })
    expect(db.stats().querying).toBe(0)
  })
})

describe('a stream whose rows nobody asks for', () => {
  it('is ended by its signal', async () => {
    const controller = new AbortController()
    const stream = db.stream('SELECT i FROM numbers', undefined, { signal: controller.signal })
    await stream.next()
    controller.abort()
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(db.stats().querying).toBe(0)
  })

  it('does not hold up close(), and rejects with PERSIST_CLOSED', async () => {
    const closing = await open(':memory:')
    const stream = closing.stream('SELECT * FROM range(1_000_000)')
    await stream.next()
    expect(await closing.close()).toEqual({ interrupted: 0 })
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await expect(closing.stream('SELECT 1').next()).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
  })

  it('is read to its end by a persist() that close() waits for', async () => {
    const closing = await open(':memory:')
    const table = await closing.table('t', { columns: { i: 'BIGINT' } })
    const stream = closing.stream<{ i: bigint }>('SELECT range AS i FROM range(100_000)')
    const first = (await stream.next()).value
    const persisted = table.persist(stream)
    await closing.close()
    expect(first).toEqual({ i: 0n })
    expect(await persisted).toMatchObject({ inserted: 99_999 })
  })
})

describe('a stream that is computed as it is read', () => {
  it('fails with the message of DuckDB at the row where the statement does', async () => {
    const sql = "SELECT CASE WHEN i = 900_000 THEN error('no ' || i) ELSE 'x' END FROM range(1_000_000) r(i)"
    let rows = 0
    const read = async () => {
      for await (const _ of db.stream(sql)) rows++
    }
    await expect(read()).rejects.toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
      message: /no 900000/,
    })
    expect(rows).toBeGreaterThan(100_000)
    expect(rows).toBeLessThanOrEqual(900_000)
  })

  it('is of what was committed when it began', async () => {
    await db.run('CREATE TABLE seen AS SELECT i FROM range(100_000) r(i)')
    const stream = db.stream<{ i: bigint }>('SELECT i FROM seen')
    await stream.next()
    await db.run('UPDATE seen SET i = -1')
    await db.run('DELETE FROM seen WHERE i < 0')
    await db.run('DROP TABLE seen')
    let rows = 1
    for await (const { i } of stream) if (i >= 0n) rows++
    expect(rows).toBe(100_000)
  })

  it('may be read beside others, of which each has its own rows', async () => {
    const read = async (factor: number) => {
      let sum = 0n
      for await (const { v } of db.stream<{ v: bigint }>('SELECT i * ? AS v FROM numbers', [factor])) sum += v
      return sum
    }
    const sums = await Promise.all([1, 2, 3, 4, 5].map(read))
    expect(sums).toEqual([1n, 2n, 3n, 4n, 5n].map((factor) => factor * 1_249_975_000n))
  })

  it('gives the result of the last of several statements', async () => {
    const stream = db.stream<{ n: bigint }>('SELECT i FROM numbers; SELECT count(*) AS n FROM numbers')
    expect((await stream.next()).value).toEqual({ n: 50_000n })
    expect((await stream.next()).done).toBe(true)
  })

  it.each(['a break', 'close()'])('leaves the file free after %s and close()', async (how) => {
    const file = newDatabase(folder)
    const closing = await open(file)
    await closing.run('CREATE TABLE t AS SELECT range AS i FROM range(1_000_000)')
    const stream = closing.stream('SELECT * FROM t')
    await stream.next()
    if (how === 'a break') await stream.return?.()
    await closing.close()
    expect(countInOtherProcess(file)).toBe('1000000\n')
  })
})
