import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { CuttingProxy } from './support/cutting-proxy.js'
import { newTable } from './support/engines.js'
import { failureOf } from './support/failure-of.js'
import {
  crashMariadb,
  mariadbConnection,
  mariadbPassword,
  mariadbPort,
  runMariadb,
  startMariadb,
  withMariadbSetting,
} from './support/mariadb.js'
import { database, db, onServer, options, place } from './support/mysql-service.js'

describe('transactions', () => {
  const columns = { id: 'BIGINT', n: 'BIGINT' } as const

  it('take no CREATE, ALTER or DROP, by which the server would commit them', async () => {
    const table = await db.table(newTable(), { columns })
    for (const sql of [`CREATE TABLE ${newTable()} (id BIGINT)`, `DROP TABLE ${table.name}`]) {
      const failed = db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 1 }])
        await tx.run('CREATE TEMP TABLE own (id BIGINT)')
        await tx.run(sql)
      })
      await expect(failed).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    }
    expect(await db.query(`FROM ${table.name}`)).toEqual([])
  })

  it('reject where another has deleted what they see, and would update', async () => {
    const name = newTable()
    await onServer(
      `CREATE TABLE ${name} (id BIGINT PRIMARY KEY, n BIGINT); INSERT INTO ${name} VALUES (1, 1), (2, 2)`,
    )
    const table = await db.table(name, { columns, key: ['id'] })
    for (const row of [{ id: 1, n: 5 }, { id: 1 }]) {
      const failed = db.transaction(async (tx) => {
        await tx.query(`FROM ${name}`)
        runMariadb(`DELETE FROM ${database}.${name} WHERE id = 1`)
        await tx.persist(table, [{ id: 2, n: 3 }, row], { onConflict: 'update' })
      })
      expect(await failureOf(failed)).toMatchObject({ code: 'PERSIST_CONFLICT' })
      expect(await db.query(`FROM ${name}`)).toEqual([{ id: 2n, n: 2n }])
      runMariadb(`INSERT INTO ${database}.${name} VALUES (1, 1)`)
    }
  })

  it('reject with PERSIST_CONFLICT where another keeps a row for longer than the server waits', async () => {
    const name = newTable()
    await onServer(
      `CREATE TABLE ${name} (id BIGINT PRIMARY KEY, n BIGINT); INSERT INTO ${name} VALUES (1, 1), (2, 1)`,
    )
    const table = await db.table(name, { columns, key: ['id'] })
    await withMariadbSetting('innodb_lock_wait_timeout', '1', async () => {
      const other = await open(place, options)
      const theirs = await other.table(name, { columns, key: ['id'] })
      const updates = { onConflict: 'update' } as const
      await db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 1, n: 2 }], updates)
        const failed = other.transaction((own) => own.persist(theirs, [{ id: 1, n: 3 }], updates))
        expect(await failureOf(failed)).toMatchObject({ code: 'PERSIST_CONFLICT', isOutcomeUnknown: false })
      })
      await other.close()
    })
    expect(await db.query(`FROM ${name} ORDER BY id`)).toEqual([
      { id: 1n, n: 2n },
      { id: 2n, n: 1n },
    ])
  })

  it('reject where they have read what another has changed, if the server is told to look', async () => {
    const name = newTable()
    await onServer(
      `CREATE TABLE ${name} (id BIGINT PRIMARY KEY, n BIGINT); INSERT INTO ${name} VALUES (1, 1)`,
    )
    await withMariadbSetting('innodb_snapshot_isolation', 'ON', async () => {
      const own = await open(place, options)
      const table = await own.table(name, { columns, key: ['id'] })
      const failed = own.transaction(async (tx) => {
        const [row] = await tx.query<{ n: bigint }>(`SELECT n FROM ${name}`)
        runMariadb(`UPDATE ${database}.${name} SET n = 10`)
        await tx.persist(table, [{ id: 1, n: Number(row?.n) + 1 }], { onConflict: 'update' })
      })
      expect(await failureOf(failed)).toMatchObject({ code: 'PERSIST_CONFLICT' })
      expect(await own.query(`FROM ${name}`)).toEqual([{ id: 1n, n: 10n }])
      await own.close()
    })
  })
})

describe('a server that goes away', () => {
  const columns = { id: 'BIGINT NOT NULL', name: 'VARCHAR' } as const
  const rowsOf = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}` }))

  it('is told of at the opening, without the password', async () => {
    for (const [port, password] of [
      [1, 'hunter22'],
      [mariadbPort, '"hunter \\" 22"'],
    ] as const) {
      const connection = mariadbConnection(port).replace(/password=\S+/, `password=${password}`)
      const error = await failureOf(open(`mysql:${connection}`, options))
      expect(error.code).toBe('PERSIST_CONNECTION_LOST')
      expect(`${error.message} ${String(error.cause)}`).not.toMatch(/hunter|22"/)
    }
  })

  it('fails the calls of its time, and none after it is back', async () => {
    const table = await db.table(newTable(), { columns })
    await table.persist(rowsOf(10))
    async function* rows() {
      yield* rowsOf(5000)
      crashMariadb()
      yield* rowsOf(5000)
    }
    expect(await failureOf(table.persist(rows()))).toMatchObject({ code: 'PERSIST_CONNECTION_LOST' })
    const later = await failureOf(table.persist([{ id: 1 }]))
    expect(later).toMatchObject({ code: 'PERSIST_CONNECTION_LOST', isOutcomeUnknown: false })
    expect(later.message).not.toContain(`password=${mariadbPassword}`)
    startMariadb()
    await table.persist([{ id: 99 }])
    const [row] = await db.query(`SELECT count(*) AS n FROM ${table.name}`)
    expect(row).toEqual({ n: 11n })
  })

  it.each(['before-commit', 'after-commit'] as const)(
    'in the middle of a COMMIT, %s, leaves the outcome open',
    async (moment) => {
      const proxy = await CuttingProxy.start(mariadbPort)
      const own = await open(`mysql:${mariadbConnection(proxy.port, database)}`, options)
      const table = await own.table(newTable(), { columns, key: ['id'] })
      await table.persist([{ id: -1 }])
      proxy.cutAtCommit(moment)
      const error = await failureOf(table.persist(rowsOf(5000)))
      expect(error).toMatchObject({ code: 'PERSIST_CONNECTION_LOST', isOutcomeUnknown: true })
      const [row] = await own.query(`SELECT count(*) AS n FROM ${table.name}`)
      expect(row).toEqual({ n: moment === 'before-commit' ? 1n : 5001n })
      await table.persist([{ id: -2 }])
      await own.close()
      proxy.close()
    },
  )
})
