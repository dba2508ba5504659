import { execFile, spawn } from 'node:child_process'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type HealthReport, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { holdTurn } from '../support/hold-turn.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const bytes = expect.any(Number)

/** Two cores that others use, too: only what a test is about has to be quick. */
const patient = { timeoutMs: 30_000, minFreeDiskBytes: 0 }

function codesOf({ reasons }: HealthReport): string[] {
  return reasons.map(({ code }) => code)
}

async function openFile(): Promise<PersistenceService> {
  const db = await open(newDatabase(folder))
  await (await db.table('t', { columns: { id: 'BIGINT' } })).persist([{ id: 1 }])
  return db
}

describe('health()', () => {
  let db: PersistenceService
  let inMemory: PersistenceService
  beforeAll(async () => {
    db = await openFile()
    inMemory = await open(':memory:')
    await inMemory.run('CREATE TABLE t AS SELECT range AS id FROM range(100000)')
  })
  afterAll(() => Promise.all([db.close(), inMemory.close()]))

  it('is ok with figures, of a file', async () => {
    const report = await db.health(patient)
    expect(report).toEqual({
      ...{ status: 'ok', reasons: [], longestWaitMs: 0, bufferBytes: 1024 * 1024 },
      ...{ answerMs: bytes, memoryBytes: bytes, spilledBytes: 0, fileBytes: bytes },
      ...{ walBytes: db.stats().walBytes, freeDiskBytes: bytes },
    })
    expect(report.walBytes).toBeGreaterThan(0)
    expect(report.freeDiskBytes).toBeGreaterThan(0)
    await db.checkpoint()
    const { fileBytes = 0, walBytes } = await db.health(patient)
    expect(fileBytes).toBeGreaterThan(report.fileBytes ?? 0)
    expect(walBytes).toBe(0)
  })

  it('is ok without figures of files, in memory', async () => {
    const report = await inMemory.health(patient)
    const figures = { answerMs: bytes, memoryBytes: bytes, spilledBytes: 0, bufferBytes: 0, longestWaitMs: 0 }
    expect(report).toEqual({ status: 'ok', reasons: [], ...figures })
    expect(report.memoryBytes).toBeGreaterThan(100_000)
  })

  it('waits for no load, no query and no call that has its turn', async () => {
    const table = await db.table('keyed', { columns: { id: 'BIGINT' }, key: ['id'] })
    let isOver = false
    const abort = new AbortController()
    const { signal } = abort
    const query = db.query('SELECT count(*) FROM range(1000000) a, range(1000000) b', [], { signal })
    function* rows() {
      for (let id = 0; !isOver; id++) yield { id }
    }
    const load = table.persist(rows(), { signal })
    const turn = holdTurn(table)
    for (let time = 0; time < 5; time++) {
      let report: HealthReport
      // What cannot be measured in time, on a machine that is busy, is left out.
      do {
        report = await db.health(patient)
        expect(codesOf(report)).toEqual([])
      } while (report.memoryBytes === undefined)
      expect(report.memoryBytes).toBeGreaterThan(0)
    }
    expect(db.stats()).toMatchObject({ querying: 1, persisting: 2 })
    isOver = true
    abort.abort()
    const outcomes = await Promise.allSettled([query, load, turn.end()])
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'PERSIST_ABORTED' } })
  })

  it('does not take an event loop that was held for a worker that does not answer', async () => {
    await db.health(patient)
    for (const isAsked of fewOf([true], [false])) {
      const asked = db.health({ ...patient, timeoutMs: 2000 })
      // Where the worker is asked before, its answer waits to be heard.
      if (isAsked) await new Promise(setImmediate)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2100)
      expect(codesOf(await asked)).toEqual([])
    }
  })

  it('is not misled by macros that SQL has made', async () => {
    await inMemory.run('CREATE MACRO sum(x) AS 7; CREATE MACRO current_setting(x) AS 7')
    await inMemory.run('CREATE MACRO duckdb_memory() AS TABLE SELECT 7 AS memory_usage_bytes')
    expect((await inMemory.health(patient)).memoryBytes).toBeGreaterThan(100_000)
  })

  it('may be called any number of times at once', async () => {
    const reports = await Promise.all(Array.from({ length: 1000 }, () => db.health(patient)))
    expect(new Set(reports.map(({ status }) => status))).toEqual(new Set(['ok']))
  })

  it('refuses what is no option', async () => {
    const refused = [
      [{ timeoutMs: -1 }, RangeError],
      [{ timeoutMs: Number.NaN }, RangeError],
      [{ maxWalBytes: '1GB' }, TypeError],
      [{ timeout: 1 }, TypeError],
      [null, TypeError],
    ] as const
    for (const [options, error] of refused) await expect(db.health(options as never)).rejects.toThrow(error)
  })
})

describe('health() is failed', () => {
  it('while the service is closing, and once it is closed', async () => {
    const db = await openFile()
    const asked = db.health(patient)
    const query = db.query('SELECT count(*) FROM range(20000000)')
    const closed = db.close()
    expect(codesOf(await db.health())).toEqual(['closing'])
    // One that was under way holds nothing up, and rejects with nothing.
    expect(['ok', 'failed']).toContain((await asked).status)
    await Promise.all([query, closed])
    const report = await db.health()
    expect(report).toMatchObject({ status: 'failed', reasons: [{ code: 'closed', status: 'failed' }] })
    expect(JSON.parse(JSON.stringify(report)).reasons).toHaveLength(1)
  })

  it.skipIf(process.platform === 'win32')('while the worker does not answer', async () => {
    const db = await openFile()
    const pipe = `${db.database}.pipe`
    await promisify(execFile)('mkfifo', [pipe])
    // DuckDB waits, on the worker's thread, for somebody to write to it.
    const stuck = db.query(`SELECT id FROM read_csv('${pipe}', columns = { id: 'INTEGER' })`)
    let report = await db.health({ ...patient, timeoutMs: 50 })
    while (report.status === 'ok') report = await db.health({ ...patient, timeoutMs: 50 })
    expect(report).toMatchObject({ status: 'failed', reasons: [{ code: 'worker-unresponsive' }] })
    expect(report).not.toHaveProperty('answerMs')
    expect(report.fileBytes).toBeGreaterThan(0)
    // One who has more patience shares the question.
    const answered = db.health(patient)
    // DuckDB opens it more than once.
    const writer = spawn('bash', ['-c', 'while true; do echo 7 > "$0"; done', pipe])
    expect(codesOf(await answered)).toEqual([])
    await stuck
    writer.kill()
    await db.close()
  })

  it('in memory where the worker was lost, until a call has been told', async () => {
    const db = await open(':memory:', { resourceLimits: smallHeap })
    const lost = { code: 'PERSIST_WORKER_LOST', isDataLost: true }
    const losing = loseWorker(db).catch((error) => error)
    const [report, error] = await Promise.all([db.health(patient), losing])
    expect(error).toMatchObject(lost)
    expect(codesOf(report)).toEqual(['worker-lost'])
    expect(report.status).toBe('failed')
    // A call has been told: what is started now is empty, and well.
    expect(codesOf(await db.health(patient))).toEqual(['worker-lost'])
    expect(await db.health(patient)).toMatchObject({ status: 'ok' })
    expect(db.stats().workers).toBe(2)
    await db.close()
  })

  it('where DuckDB has invalidated the database, which is opened again then', async () => {
    const db = await openFile()
    await db.run("SET GLOBAL debug_checkpoint_abort = 'before_truncate'")
    // The checkpoint after it fails, and nobody hears of that.
    await db.run('ALTER TABLE t ADD COLUMN more INTEGER')
    const error = { code: 'PERSIST_DATABASE_INVALID' }
    const report = await db.health(patient)
    expect(report).toMatchObject({ status: 'failed', reasons: [{ code: 'database-invalid', error }] })
    expect(await db.health(patient)).toMatchObject({ status: 'ok' })
    expect(await db.query('SELECT id FROM t')).toEqual([{ id: 1n }])
    await db.close()
  })

  it('where the file was replaced, and where the database cannot be opened again', async () => {
    const db = await openFile()
    renameSync(db.database, `${db.database}.away`)
    const replaced = await db.health(patient)
    expect(replaced).toMatchObject({ status: 'failed', reasons: [{ code: 'file-replaced' }] })
    renameSync(`${db.database}.away`, db.database)
    expect(await db.health(patient)).toMatchObject({ status: 'ok' })
    await db.run("SET GLOBAL debug_checkpoint_abort = 'before_truncate'")
    await expect(db.checkpoint()).rejects.toMatchObject({ code: 'PERSIST_DATABASE_INVALID' })
    renameSync(db.database, `${db.database}.away`)
    renameSync(`${db.database}.wal`, `${db.database}.away.wal`)
    writeFileSync(db.database, 'no database'.repeat(1000))
    const report = await db.health(patient)
    const error = { code: 'PERSIST_OPEN_FAILED' }
    expect(report).toMatchObject({ status: 'failed', reasons: [{ code: 'open-failed', error }] })
    rmSync(db.database)
    renameSync(`${db.database}.away`, db.database)
    renameSync(`${db.database}.away.wal`, `${db.database}.wal`)
    expect(await db.health(patient)).toMatchObject({ status: 'ok' })
    await db.close()
  })
})

describe('health() is degraded', () => {
  it('where the worker was lost, which it starts again', async () => {
    const db = await open(newDatabase(folder), { resourceLimits: smallHeap })
    await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    const reasons = [{ code: 'worker-lost', status: 'degraded' }]
    expect(await db.health(patient)).toMatchObject({ status: 'degraded', reasons })
    expect(await db.health(patient)).toMatchObject({ status: 'ok' })
    expect(db.stats().workers).toBe(2)
    await db.close()
  })

  it('while a worker is being started', async () => {
    const db = await open(newDatabase(folder), { resourceLimits: smallHeap })
    await expect(loseWorker(db)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    const query = db.query('SELECT 1')
    let report = await db.health({ ...patient, timeoutMs: 0 })
    while (!codesOf(report).includes('worker-starting'))
      report = await db.health({ ...patient, timeoutMs: 0 })
    expect(report.status).toBe('degraded')
    await query
    expect(codesOf(await db.health(patient))).toEqual([])
    await db.close()
  })

  it('with little room on the disk, and a long write-ahead log', async () => {
    const db = await openFile()
    const report = await db.health({ ...patient, minFreeDiskBytes: 2 ** 60, maxWalBytes: 1 })
    expect(report.status).toBe('degraded')
    expect(codesOf(report)).toEqual(['disk-low', 'wal-long'])
    await db.close()
  })

  it('with a write-ahead log that is not moved, by the limit of DuckDB', async () => {
    const config = { checkpoint_threshold: '1MB', debug_skip_checkpoint_on_commit: true }
    const db = await open(newDatabase(folder), { config })
    await db.run('CREATE TABLE t (text VARCHAR)')
    const insert = "INSERT INTO t SELECT md5(range::VARCHAR) || repeat('x', 100) FROM range(10000)"
    await db.run(insert)
    expect(codesOf(await db.health(patient))).toEqual([])
    for (let time = 0; time < 3; time++) await db.run(insert)
    const report = await db.health(patient)
    expect(report.walBytes).toBeGreaterThan(4_000_000)
    expect(codesOf(report)).toEqual(['wal-long'])
    await db.close()
  })

  it('while a call waits for longer than it should', async () => {
    const db = await open(':memory:')
    const table = await db.table('t', { columns: { id: 'BIGINT' }, key: ['id'] })
    const turn = holdTurn(table)
    await turn.begun
    const calls = [db.run('CREATE TABLE other (id BIGINT)'), table.persist([{ id: 1 }])]
    let report = await db.health(patient)
    while (report.longestWaitMs < 30) report = await db.health(patient)
    expect(codesOf(report)).toEqual([])
    report = await db.health({ ...patient, maxWaitingMs: 20 })
    expect(report).toMatchObject({ status: 'degraded', reasons: [{ code: 'call-waiting' }] })
    await Promise.all([turn.end(), ...calls])
    expect(await db.health({ ...patient, maxWaitingMs: 0 })).toMatchObject({ status: 'ok', longestWaitMs: 0 })
    await db.close()
  })

  it('after a commit that has failed, until the next one', async () => {
    const db = await open(newDatabase(folder), { memoryLimit: '10MB', threads: 1 })
    await db.run('CREATE TABLE t (id BIGINT PRIMARY KEY)')
    const table = await db.table('t')
    function* rows() {
      for (let id = 0; id < 300_000; id++) yield { id }
    }
    await expect(table.persist([{ id: null }])).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(codesOf(await db.health(patient))).toEqual([])
    await expect(table.persist(rows())).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
    const error = { code: 'PERSIST_OUT_OF_MEMORY' }
    const report = await db.health(patient)
    expect(report).toMatchObject({ status: 'degraded', reasons: [{ code: 'commit-failed', error }] })
    await table.persist([{ id: 1 }])
    expect(codesOf(await db.health(patient))).toEqual([])
    await db.close()
  })

  it.skipIf(process.platform === 'win32')('after a commit for which the disk was full', async () => {
    const program = fileURLToPath(new URL('../support/programs/health-of-full-disk.mjs', import.meta.url))
    // A write past 8,000 KiB fails as on a full disk, once its signal is ignored.
    const limited = 'trap "" XFSZ; ulimit -f 8000; exec "$@"'
    const run = ['-c', limited, 'bash', process.execPath, program, newDatabase(folder)]
    const { stdout } = await promisify(execFile)('bash', run)
    const reason = { code: 'commit-failed', status: 'degraded', error: 'PERSIST_DISK_FULL' }
    expect(JSON.parse(stdout)).toEqual({ failed: [reason], next: [] })
  })
})
