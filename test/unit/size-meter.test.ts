import { statSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { shutdownWordsBytes } from '../../src/protocol/shutdown-words.js'
import { Database } from '../../src/worker/database.js'
import { Health } from '../../src/worker/health.js'
import { Shutdown } from '../../src/worker/shutdown.js'
import { SizeMeter } from '../../src/worker/size-meter.js'
import { noStartup } from '../support/no-startup.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** Counts how often DuckDB is asked. */
class CountedHealth extends Health {
  asked = 0

  override measure(): ReturnType<Health['measure']> {
    this.asked++
    return super.measure()
  }
}

let path: string
let database: Database
let health: CountedHealth
let meter: SizeMeter
let isAlone = true

beforeEach(async () => {
  path = newDatabase(folder)
  const control = new Shutdown(new SharedArrayBuffer(shutdownWordsBytes))
  const request = { path, config: {}, settingChanges: {}, sandbox: false, startup: noStartup }
  database = await Database.open(request, control)
  health = new CountedHealth(database)
  isAlone = true
  meter = new SizeMeter(database, health, () => isAlone)
})
afterEach(async () => {
  await database.drain()
  await database.close()
})

it('asks for the memory once a second at most, however often it is called', async () => {
  const startedAt = performance.now()
  for (let call = 0; call < 1000; call++) await meter.update()
  const seconds = (performance.now() - startedAt) / 1000
  expect(health.asked).toBeGreaterThanOrEqual(1)
  expect(health.asked).toBeLessThanOrEqual(1 + Math.floor(seconds))
})

it('asks ten times less often where others are under way', async () => {
  const startedAt = performance.now()
  isAlone = false
  while (performance.now() - startedAt < 1500) await meter.update()
  const seconds = (performance.now() - startedAt) / 1000
  expect(health.asked).toBeLessThanOrEqual(1 + Math.floor(seconds / 10))
  isAlone = true
  await meter.update()
  expect(health.asked).toBeGreaterThanOrEqual(2)
})

it('asks for the file each time, and has news only when something has changed', async () => {
  await meter.update()
  const first = meter.take()
  expect(first).toMatchObject({ fileBytes: statSync(path).size })
  expect(first?.memoryBytes).toBeGreaterThanOrEqual(0)
  expect(meter.take()).toBeUndefined()
  const connection = await database.connect()
  await connection.run('CREATE TABLE t AS SELECT range AS id FROM range(100_000)')
  await database.checkpoint()
  await meter.update()
  const { size } = statSync(path)
  expect(size).toBeGreaterThan(Number(first?.fileBytes))
  expect(meter.take()).toMatchObject({ fileBytes: size })
})

it('keeps what it knows where nothing can be asked any more', async () => {
  await meter.update()
  const known = meter.take()
  await database.drain()
  const late = new SizeMeter(database, health, () => isAlone)
  await late.update()
  expect(late.take()).toMatchObject({ fileBytes: known?.fileBytes, memoryBytes: 0 })
})
