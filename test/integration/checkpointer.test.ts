import { statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { open, type PersistenceService } from 'duckpaddle'
import { expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const text = (id: number) => `${Math.sin(id)}`.repeat(10)

function* rows(count: number, start: number) {
  for (let id = start; id < start + count; id++) yield { id, text: text(id) }
}

function walBytes(path: string): number {
  return statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0
}

async function fillWal(db: PersistenceService, path: string, bytes: number): Promise<void> {
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' } })
  // Calls of fewer rows than a row group, whose rows go through the log.
  for (let start = 0; walBytes(path) < bytes; start += 10_000) await table.persist(rows(10_000, start))
}

it('the write-ahead log is moved into the file once nothing is written any more', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  await fillWal(db, path, 17 * 1024 * 1024)
  const file = statSync(path).size
  // Nothing tells when it is done but the file itself.
  while (walBytes(path) > 0) await setTimeout(20)
  expect(statSync(path).size).toBeGreaterThan(file)
  await db.close()
})

it('the write-ahead log is moved before the next call where it has grown too long', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' } })
  let longest = 0
  // Without a pause in which it would count as idle.
  for (let start = 0; start < 500_000; start += 20_000) {
    await table.persist(rows(20_000, start))
    longest = Math.max(longest, walBytes(path))
  }
  expect(longest).toBeGreaterThan(17 * 1024 * 1024)
  expect(longest).toBeLessThan(80 * 1024 * 1024)
  await db.close()
})

it('DuckDB moves the write-ahead log where it is told when', async () => {
  const path = newDatabase(folder)
  const db = await open(path, { config: { checkpoint_threshold: '1MB' } })
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' } })
  for (let start = 0; start < 50_000; start += 10_000) {
    await table.persist(rows(10_000, start))
    expect(walBytes(path)).toBeLessThan(4 * 1024 * 1024)
  }
  await db.close()
})

it('a checkpoint that a transaction is in the way of waits for it, and is refused where it would wait for itself', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  await db.run('CREATE TABLE t (id BIGINT PRIMARY KEY, text VARCHAR)')
  const table = await db.table('t')
  const other = await db.table('other', { columns: { id: 'BIGINT NOT NULL', text: 'VARCHAR' }, key: ['id'] })
  await table.persist([...rows(10, 0)])
  await other.persist([])
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let inside: Promise<unknown> | undefined
  async function* slowly() {
    yield* rows(10, 0)
    // Its transaction is older than the update.
    await table.persist([{ id: 1, text: 'new' }], { onConflict: 'update' })
    inside = db.checkpoint()
    await inside.catch(() => undefined)
    await ended
  }
  const slow = other.persist(slowly())
  while (inside === undefined) await setTimeout(1)
  await expect(inside).rejects.toMatchObject({ name: 'TypeError' })
  const checkpoint = db.checkpoint().then(() => 'done')
  expect(await Promise.race([checkpoint, setTimeout(100, 'waits')])).toBe('waits')
  end()
  expect(await slow).toMatchObject({ inserted: 10 })
  expect(await checkpoint).toBe('done')
  expect(walBytes(path)).toBe(0)
  await db.close()
})
