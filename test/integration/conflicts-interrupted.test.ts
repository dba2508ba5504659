import type { Table } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'
import { persist, TestTables } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new TestTables()

const keyKinds = ['key', 'primaryKey'] as const

describe('a call that is interrupted', () => {
  const columns = { id: 'INTEGER', a: 'INTEGER', b: 'VARCHAR' }
  function* rows(count: number, a: number) {
    for (let id = 0; id < count; id++) yield { id, a, b: `the text of row ${id}` }
  }
  const summary = () => `SELECT count(*)::INT AS n, max(a) AS a FROM ${nameOf('t')}`

  it.each(keyKinds)('by its signal leaves nothing in a table with a %s, and the next works', async (kind) => {
    const table = await tables.create(undefined, { columns, [kind]: ['id'] })
    await persist(table, rows(1000, 1))
    const controller = new AbortController()
    const call = persist(table, rows(Number.POSITIVE_INFINITY, 2), {
      onConflict: 'update',
      signal: controller.signal,
      onProgress: () => controller.abort('reason'),
    })
    await expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED', cause: 'reason' })
    expect(await tables.read(table, 'count(*)::INT AS n, max(a) AS a')).toEqual([{ n: 1000, a: 1 }])
    expect(await persist(table, rows(1001, 3), { onConflict: 'update' })).toMatchObject({
      inserted: 1,
      updated: 1000,
    })
  })

  it.each(keyKinds)('by close() leaves nothing in a table with a %s', async (kind) => {
    const other = newDatabase(folder)
    const service = await openForTest(other)
    if (kind === 'primaryKey') await need('`primaryKey`')
    const table = (await service.table('t', { ...placeForTest(), columns, [kind]: ['id'] } as never)) as Table
    await persist(table, rows(1000, 1))
    let isStarted = () => {}
    const started = new Promise<void>((resolve) => {
      isStarted = resolve
    })
    const call = persist(table, rows(Number.POSITIVE_INFINITY, 2), {
      onConflict: 'update',
      onProgress: () => isStarted(),
    }).catch((error: unknown) => error)
    await started
    expect(await service.close({ timeoutMs: 0 })).toEqual({ interrupted: 1 })
    expect(await call).toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await readDatabase(other, summary())).toEqual([{ n: 1000, a: 1 }])
  })

  it('by close() while it is decided about is written as a whole, or not at all', async () => {
    const other = newDatabase(folder)
    const service = await openForTest(other)
    const table = (await service.table('t', { ...placeForTest(), columns, key: ['id'] })) as unknown as Table
    await persist(table, rows(200_000, 1))
    let isAppended = () => {}
    const appended = new Promise<void>((resolve) => {
      isAppended = resolve
    })
    const call = persist(table, rows(200_000, 2), {
      onConflict: 'update',
      onProgress: (progress) => progress.appended === 200_000 && isAppended(),
    }).catch((error: unknown) => error)
    await appended
    const { interrupted } = await service.close({ timeoutMs: 0 })
    const outcome = await call
    if (interrupted === 1) expect(outcome).toMatchObject({ code: 'PERSIST_ABORTED' })
    else expect(outcome).toMatchObject({ updated: 200_000 })
    expect(await readDatabase(other, summary())).toEqual([{ n: 200_000, a: interrupted === 1 ? 1 : 2 }])
  })
})
