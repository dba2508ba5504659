import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CuttingProxy } from './support/cutting-proxy.js'
import { catalogFolder, engines, newTable } from './support/engines.js'
import { extensionFile } from './support/extensions.js'
import { failureOf } from './support/failure-of.js'
import { crashPostgres, postgresConnection, postgresPort, startPostgres } from './support/postgres.js'
import { quackAddress, quackToken, startQuack, stopQuack } from './support/quack.js'

const scanner = [extensionFile('postgres_scanner')]
const quackExtensions = [extensionFile('httpfs'), extensionFile('quack')]
const columns = { id: 'BIGINT NOT NULL', name: 'VARCHAR' } as const
const rowsOf = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}` }))

describe('opening', () => {
  it('says that a server is not there', async () => {
    const error = await failureOf(open(`postgres:${postgresConnection(1)}`, { extensions: scanner }))
    expect(error.code).toBe('PERSIST_CONNECTION_LOST')
  })

  it('says that a Quack server is not there', async () => {
    const init = `CREATE SECRET (TYPE quack, TOKEN 'nobody asks')`
    const error = await failureOf(open('quack:localhost:1', { extensions: quackExtensions, init }))
    expect(error.code).toBe('PERSIST_CONNECTION_LOST')
  })

  it('keeps passwords out of what it says', async () => {
    const connection = `${postgresConnection(1)} password=hunter22`
    const error = await failureOf(open(`postgres:${connection}`, { extensions: scanner }))
    expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter22')
    const secret = `CREATE SECRET (TYPE nonsense, TOKEN 'hunter22')`
    const other = await failureOf(open(':memory:', { init: [`SET threads = 1`, secret] }))
    expect(other).toMatchObject({
      code: 'PERSIST_OPEN_FAILED',
      message: expect.stringMatching(/a statement of `init` failed, `create secret \( type nonsense/),
    })
    expect(`${other.message} ${String(other.cause)}`).not.toContain('hunter22')
  })

  it('names an extension that is not there, and downloads none', async () => {
    const error = await failureOf(open(':memory:', { extensions: ['spatial'] }))
    expect(error).toMatchObject({
      code: 'PERSIST_OPEN_FAILED',
      message: expect.stringMatching(/the extension spatial cannot be loaded.*`installExtensions: true`/),
    })
  })

  it('refuses options that are none', async () => {
    await expect(open(':memory:', { extensions: ['a; DROP TABLE t'] })).rejects.toThrow(TypeError)
    await expect(open(':memory:', { init: 5 as never })).rejects.toThrow(TypeError)
    await expect(open(':memory:', { init: 'SELECT 1', sandbox: true })).rejects.toThrow(TypeError)
    await expect(open('oracle:x')).rejects.toThrow(TypeError)
  })
})

describe('what a catalog of others does not have', () => {
  let db: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    db = await open(`postgres:${postgresConnection()}`, {
      extensions: scanner,
      init: `ATTACH ':memory:' AS other`,
    })
  })
  afterAll(() => db.close())

  it('is a store, for another process could change it', async () => {
    const store = new DuckDBStorageAdapter({ database: db, tableName: newTable() })
    await expect(store.get('a')).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
    await store.close().catch(() => undefined)
  })

  it('is a `primaryKey`', async () => {
    const made = db.table(newTable(), { columns, primaryKey: ['id'] })
    await expect(made).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
  })

  it('is a transaction over two catalogs', async () => {
    const [left, right] = [
      await db.table(newTable(), { columns }),
      await db.table('t', { columns, catalog: 'other', schema: 'main' }),
    ]
    const failed = db.transaction(async (tx) => {
      await tx.persist(left, [{ id: 1 }])
      await tx.persist(right, [{ id: 1 }])
    })
    await expect(failed).rejects.toThrow(/Expected tables of one database in a transaction/)
    expect(await db.query(`SELECT * FROM ${left.name}`)).toEqual([])
  })
})

describe('a PostgreSQL that goes away', () => {
  afterAll(() => startPostgres())

  it('fails the calls of its time, and none after it is back', async () => {
    const db = await open(`postgres:${postgresConnection()}`, { extensions: scanner })
    const table = await db.table(newTable(), { columns })
    await table.persist(rowsOf(10))
    async function* rows() {
      yield* rowsOf(5000)
      crashPostgres()
      yield* rowsOf(5000)
    }
    const error = await failureOf(table.persist(rows()))
    expect(error).toMatchObject({ code: 'PERSIST_CONNECTION_LOST' })
    const later = await failureOf(table.persist([{ id: 1 }]))
    expect(later).toMatchObject({ code: 'PERSIST_CONNECTION_LOST', isOutcomeUnknown: false })
    startPostgres()
    await table.persist([{ id: 99 }])
    const [row] = await db.query(`SELECT count(*) AS n FROM ${table.name}`)
    expect(row).toEqual({ n: 11n })
    await db.close()
  })

  it.each(['before-commit', 'after-commit'] as const)(
    'in the middle of a COMMIT, %s, leaves the outcome open',
    async (moment) => {
      const proxy = await CuttingProxy.start(postgresPort)
      const db = await open(`postgres:${postgresConnection(proxy.port)}`, { extensions: scanner })
      const table = await db.table(newTable(), { columns })
      await table.persist([{ id: 0 }])
      proxy.cutAtCommit(moment)
      const error = await failureOf(table.persist(rowsOf(20_000)))
      expect(error).toMatchObject({ code: 'PERSIST_CONNECTION_LOST', isOutcomeUnknown: true })
      const [row] = await db.query(`SELECT count(*) AS n FROM ${table.name}`)
      expect(row).toEqual({ n: moment === 'before-commit' ? 1n : 20_001n })
      await table.persist([{ id: 1 }])
      await db.close()
      proxy.close()
    },
  )

  it('among many callers, whose rows are each there once or not at all', async () => {
    const db = await open(`postgres:${postgresConnection()}`, { extensions: scanner })
    const table = await db.table(newTable(), { columns })
    const acknowledged: number[] = []
    const uncertain = new Set<number>()
    const caller = async (id: number) => {
      await table.persist([{ id }]).then(
        () => acknowledged.push(id),
        (error) => {
          expect(error).toMatchObject({ code: 'PERSIST_CONNECTION_LOST' })
          if (error.isOutcomeUnknown) uncertain.add(id)
        },
      )
    }
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 100 }, (_, call) => caller(100 * round + call))
      if (round === 10) crashPostgres()
      await Promise.all(calls)
      if (round === 12) startPostgres()
    }
    const rows = await db.query<{ id: bigint }>(`SELECT id FROM ${table.name} ORDER BY id`)
    const ids = rows.map(({ id }) => Number(id))
    expect(new Set(ids).size).toBe(ids.length)
    const known = ids.filter((id) => !uncertain.has(id))
    expect(known).toEqual(acknowledged.toSorted((a, b) => a - b))
    await db.close()
  })
})

describe('a Quack server that goes away', () => {
  it('fails the calls of its time, and none after it is back', async () => {
    const { folder, remove } = catalogFolder()
    let server = await startQuack(`${folder}/served.duckdb`)
    const init = `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`
    const db = await open(`quack:${quackAddress}`, { extensions: quackExtensions, init })
    const table = await db.table(newTable(), { columns, key: ['id'] })
    await table.persist(rowsOf(1000))
    await stopQuack(server)
    const error = await failureOf(table.persist([{ id: 5000 }]))
    expect(error).toMatchObject({ code: 'PERSIST_CONNECTION_LOST' })
    server = await startQuack(`${folder}/served.duckdb`)
    await table.persist([{ id: 5, name: 'new' }], { onConflict: 'update' })
    const [row] = await db.query(`SELECT count(*) AS n, max(id) AS last FROM ${table.name}`)
    expect(row).toEqual({ n: 1000n, last: 999n })
    await db.close()
    await stopQuack(server)
    remove()
  })

  it('among many callers, whose acknowledged rows are each there once', async () => {
    const { folder, remove } = catalogFolder()
    let server = await startQuack(`${folder}/served.duckdb`)
    const init = `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`
    const db = await open(`quack:${quackAddress}`, { extensions: quackExtensions, init })
    const table = await db.table(newTable(), { columns })
    const acknowledged: number[] = []
    const uncertain = new Set<number>()
    const caller = async (id: number) => {
      await table.persist([{ id }]).then(
        () => acknowledged.push(id),
        (error) => {
          // Calls that were under way when it was opened again learn no more than that.
          expect(['PERSIST_CONNECTION_LOST', 'PERSIST_DATABASE_INVALID']).toContain(error.code)
          if (error.isOutcomeUnknown) uncertain.add(id)
        },
      )
    }
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 50 }, (_, call) => caller(50 * round + call))
      if (round === 8) await stopQuack(server)
      await Promise.all(calls)
      if (round === 12) server = await startQuack(`${folder}/served.duckdb`)
    }
    const rows = await db.query<{ id: bigint }>(`SELECT id FROM ${table.name} ORDER BY id`)
    const ids = rows.map(({ id }) => Number(id))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !uncertain.has(id))).toEqual(acknowledged.toSorted((a, b) => a - b))
    expect(acknowledged.length).toBeGreaterThan(500)
    await db.close()
    await stopQuack(server)
    remove()
  })

  it('refuses a wrong token, which it does not repeat', async () => {
    const server = await startQuack()
    const init = `CREATE SECRET (TYPE quack, TOKEN 'hunter22hunter22')`
    const error = await failureOf(open(`quack:${quackAddress}`, { extensions: quackExtensions, init }))
    expect(error.code).toBe('PERSIST_OPEN_FAILED')
    expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter22')
    await stopQuack(server)
  })
})

it('two transactions that change one row of a lake: one of them is told, and nothing of it is written', async () => {
  const { folder, remove } = catalogFolder()
  const engine = engines.find(({ name }) => name.includes('in PostgreSQL'))
  const catalog = await engine?.create(folder)
  if (catalog === undefined) throw new Error('There is no such engine')
  const services = [await catalog.open(), await catalog.open()]
  const name = newTable()
  const openTable = (db: PersistenceService) => db.table(name, { columns, key: ['id'] })
  const tables: [PersistenceService, Awaited<ReturnType<typeof openTable>>][] = []
  for (const db of services) tables.push([db, await openTable(db)])
  await tables[0]?.[1].persist(rowsOf(100))
  let conflicts = 0
  for (let round = 0; round < 10; round++) {
    const names = ['left', 'right'].map((side) => `${side} ${round}`)
    const results = await Promise.allSettled(
      tables.map(([db, table], side) =>
        db.transaction(async (tx) => {
          const rows = [{ id: 1, name: names[side] ?? '' }, { id: 200 + 2 * round + side }]
          await tx.persist(table, rows, { onConflict: 'update' })
        }),
      ),
    )
    const written = results.flatMap(({ status }, side) =>
      status === 'fulfilled' ? [200 + 2 * round + side] : [],
    )
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      expect(result.reason).toMatchObject({ code: 'PERSIST_CONFLICT' })
      conflicts++
    }
    const rows = await services[0]?.query<{ id: bigint }>(
      `SELECT id FROM ${name} WHERE id >= ${200 + 2 * round} ORDER BY id`,
    )
    expect(rows?.map(({ id }) => Number(id))).toEqual(written)
  }
  expect(conflicts).toBeGreaterThan(0)
  for (const db of services) await db.close()
  remove()
})
