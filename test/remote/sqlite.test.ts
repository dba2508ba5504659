import { join } from 'node:path'
import { open, PersistenceError, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogFolder, newTable, runSqlite } from './support/engines.js'
import { extensionFile } from './support/extensions.js'
import { SqliteProcess } from './support/sqlite-process.js'

const { folder, remove } = catalogFolder()
const file = join(folder, 'app.sqlite')
const options = { extensions: [extensionFile('sqlite_scanner')] }
let db: PersistenceService

beforeAll(async () => {
  db = await open(`sqlite:${file}`, options)
})
afterAll(async () => {
  await db.close()
  remove()
})

describe('types and constraints', () => {
  it('creates no table that would have other types than its definition', async () => {
    const name = newTable()
    const made = db.table(name, { columns: { id: 'INTEGER', at: 'TIMESTAMP', text: 'VARCHAR' } })
    await expect(made).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
      message: expect.stringContaining(
        '`id` would be BIGINT, not INTEGER; `at` would be VARCHAR, not TIMESTAMP',
      ),
    })
    await expect(db.table(name)).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
  })

  it('writes to a table of another program, by the types that it declares', async () => {
    const name = newTable()
    runSqlite(
      file,
      `CREATE TABLE ${name} (id INTEGER PRIMARY KEY AUTOINCREMENT, at DATETIME, day DATE, yes BOOLEAN, price DECIMAL(9,2),
        bytes BLOB, text TEXT DEFAULT 'none')`,
    )
    const table = await db.table(name)
    expect(table.columns.map(({ type }) => type.name)).toEqual([
      'BIGINT',
      'TIMESTAMP',
      'DATE',
      'BIGINT',
      'DOUBLE',
      'BLOB',
      'VARCHAR',
    ])
    const [at, day] = [new Date(1.7e12 + 1), new Date(Date.UTC(2024, 1, 29))]
    const row = { at, day, yes: 1n, price: 0.1, bytes: new Uint8Array([0, 255]), text: 'a\0ü🦆' }
    await table.persist([row, { id: 2n ** 63n - 1n, price: -Infinity, text: '' }])
    await table.persist([{ id: -1n }])
    const nothing = { at: null, day: null, yes: null, price: null, bytes: null }
    expect(await db.query(`SELECT * FROM ${name} ORDER BY id`)).toEqual([
      { id: -1n, ...nothing, text: 'none' },
      { id: 1n, ...row },
      { id: 2n ** 63n - 1n, ...nothing, price: -Infinity, text: '' },
    ])
  })

  it('rejects a NaN, of which SQLite would make NULL', async () => {
    const table = await db.table(newTable(), { columns: { id: 'BIGINT', amount: 'DOUBLE' } })
    const rows = [{ id: 1, amount: NaN }, { id: 2, amount: 2.5 }, { id: 3 }]
    const { inserted, rejections } = await table.persist(rows, { onRowError: 'skip' })
    expect(inserted).toBe(2)
    expect(rejections).toMatchObject([{ index: 0, code: 'check', constraint: 'CHECK (NOT isnan("amount"))' }])
    expect(await db.query(`SELECT * FROM ${table.name} ORDER BY id`)).toEqual([
      { id: 2n, amount: 2.5 },
      { id: 3n, amount: null },
    ])
  })

  it('has a `primaryKey`, which takes no NULL and is kept by SQLite as well', async () => {
    const columns = { id: 'BIGINT', text: 'VARCHAR' } as const
    const table = await db.table(newTable(), { columns, primaryKey: ['id'] })
    await table.persist([{ id: 1, text: 'a' }])
    await expect(table.persist([{ id: 1, text: 'b' }])).rejects.toMatchObject({
      rejection: { code: 'duplicate-key', constraint: 'PRIMARY KEY(id)' },
    })
    await expect(table.persist([{ id: null as never }])).rejects.toMatchObject({
      rejection: { code: 'not-null' },
    })
    const both = [
      { id: 1, text: 'c' },
      { id: 2, text: 'd' },
    ]
    expect(await table.persist(both, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 1 })
    await expect(db.run(`INSERT INTO ${table.name} VALUES (2, 'e')`)).rejects.toThrow(
      /UNIQUE constraint failed/,
    )
    const again = await db.table(table.name, { columns, primaryKey: ['id'] })
    expect(again.key).toEqual(['id'])
    expect(await db.query(`SELECT * FROM ${table.name} ORDER BY id`)).toEqual([
      { id: 1n, text: 'c' },
      { id: 2n, text: 'd' },
    ])
  })

  it('fails a call that breaks what only SQLite knows of, and writes nothing of it', async () => {
    const name = newTable()
    runSqlite(file, `CREATE TABLE ${name} (id BIGINT, text TEXT UNIQUE, CHECK (id > 0))`)
    const table = await db.table(name)
    for (const rows of [
      [
        { id: 1, text: 'a' },
        { id: 2, text: 'a' },
      ],
      [{ id: 1 }, { id: -1 }],
    ]) {
      await expect(table.persist(rows)).rejects.toMatchObject({ code: 'PERSIST_WRITE_FAILED' })
    }
    expect(await db.query(`SELECT * FROM ${name}`)).toEqual([])
  })
})

describe('several processes', () => {
  const columns = { id: 'BIGINT', n: 'BIGINT' } as const
  let other: SqliteProcess
  let second: PersistenceService

  beforeAll(async () => {
    other = new SqliteProcess(file)
    second = await open(`sqlite:${file}`, options)
  })
  afterAll(async () => {
    await other.close()
    await second.close()
  })

  async function createTable() {
    const name = newTable()
    const definition = { columns, key: ['id'] } as const
    return [await db.table(name, definition), await second.table(name, definition)] as const
  }

  it('writes calls again that another writer was in the way of, and keeps the key between both', async () => {
    const [mine, yours] = await createTable()
    const calls = Array.from({ length: 40 }, (_, id) => [
      mine.persist([{ id, n: 1 }], { onConflict: 'ignore' }),
      yours.persist([{ id, n: 1 }], { onConflict: 'ignore' }),
    ])
    const receipts = await Promise.all(calls.flat())
    expect(receipts.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(40)
    for (let n = 2; n < 20; n++) {
      await Promise.all([mine, yours].map((table) => table.persist([{ id: 7, n }], { onConflict: 'update' })))
    }
    const [row] = await db.query(`SELECT count(*) AS rows, max(n) AS n FROM ${mine.name}`)
    expect(row).toEqual({ rows: 40n, n: 19n })
  })

  it('rejects with PERSIST_CONFLICT while another keeps the file, which can be read and opened', async () => {
    const [table] = await createTable()
    await other.run('BEGIN IMMEDIATE')
    await other.run(`INSERT INTO ${table.name} VALUES (1, 1)`)
    await expect(table.persist([{ id: 2 }])).rejects.toMatchObject({
      code: 'PERSIST_CONFLICT',
      isOutcomeUnknown: false,
    })
    expect(await db.query(`SELECT * FROM ${table.name}`)).toEqual([])
    await (await open(`sqlite:${file}`, options)).close()
    await other.run('COMMIT')
    await table.persist([{ id: 2 }])
    expect(await db.query(`SELECT id FROM ${table.name} ORDER BY id`)).toEqual([{ id: 1n }, { id: 2n }])
  })

  it('has a transaction be made again that has read what is not so any more', async () => {
    const [table] = await createTable()
    await table.persist([{ id: 1, n: 1 }])
    let attempts = 0
    const count = async () => {
      await db.transaction(async (tx) => {
        const [row] = await tx.query<{ n: bigint }>(`SELECT n FROM ${table.name}`)
        if (++attempts === 1) await other.run(`UPDATE ${table.name} SET n = 10`)
        await tx.persist(table, [{ id: 1, n: Number(row?.n) + 1 }], { onConflict: 'update' })
      })
    }
    await withRetries(count)
    expect(attempts).toBe(2)
    expect(await db.query(`SELECT * FROM ${table.name}`)).toEqual([{ id: 1n, n: 11n }])
  })

  it('says at the opening that another has the file for itself', async () => {
    const locked = join(folder, 'locked.sqlite')
    runSqlite(locked, 'CREATE TABLE t (id BIGINT)')
    const owner = new SqliteProcess(locked)
    await owner.run('BEGIN EXCLUSIVE')
    const opening = open(`sqlite:${locked}`, options)
    await expect(opening).rejects.toMatchObject({ code: 'PERSIST_DATABASE_LOCKED' })
    await owner.close()
    await (await open(`sqlite:${locked}`, options)).close()
  })

  it('gives the file free again where a COMMIT has failed beside a reader', async () => {
    const plain = join(folder, 'plain.sqlite')
    runSqlite(plain, 'CREATE TABLE t (id BIGINT)')
    // By `init`, so without a write-ahead log.
    const init = `ATTACH '${plain}' AS plain (TYPE sqlite, BUSY_TIMEOUT 20)`
    const own = await open(join(folder, 'own.duckdb'), { ...options, init })
    const table = await own.table('t', { catalog: 'plain' })
    const reader = new SqliteProcess(plain)
    await reader.run('BEGIN')
    await reader.run('SELECT count(*) FROM t')
    const error = await own
      .transaction((tx) => tx.persist(table, [{ id: 1 }]))
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PersistenceError)
    expect(error).toMatchObject({ code: 'PERSIST_CONFLICT' })
    await reader.run('COMMIT')
    await reader.run('INSERT INTO t VALUES (2)')
    await table.persist([{ id: 3 }])
    expect(await own.query('SELECT * FROM plain.t ORDER BY id')).toEqual([{ id: 2n }, { id: 3n }])
    await reader.close()
    await own.close()
  })
})

/** As `docs/scaling.md` has it. */
async function withRetries<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PersistenceError) || error.code !== 'PERSIST_CONFLICT' || attempt === 10)
        throw error
      await new Promise((resume) => setTimeout(resume, Math.random() * 2 ** attempt))
    }
  }
}
