import { expect, it } from 'vitest'
import { appender } from '../../bench/contenders/main-thread.js'
import { addChecksums, checksumOf } from '../../bench/read-back/checksum.js'
import { readDuckDB } from '../../bench/read-back/read-duckdb.js'
import { verifyRecords } from '../../bench/read-back/verify-records.js'
import { sampleIndexes, verifyRows } from '../../bench/read-back/verify-rows.js'
import { event, makeEvent, makeScatteredEvents } from '../../bench/shapes/event.js'
import { findShape, shapeNames } from '../../bench/shapes/index.js'
import { makeRecord } from '../../bench/shapes/key-value.js'
import { reading } from '../../bench/shapes/reading.js'
import { generateRows } from '../../bench/shapes/shape.js'
import { verifyCalls } from '../../bench/tasks/calls.js'
import { verifyEvents } from '../../bench/tasks/upserts.js'
import { bench } from '../support/bench-quick-run.js'
import { isLong } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it('verifies how many rows a file holds, and what is in those to be exact about', async () => {
  const path = newDatabase(folder)
  const rows = makeScatteredEvents(100, 1, 0)
  const writer = await appender.open(path, event)
  await writer.write(rows)
  await writer.close()
  await expect(verifyEvents(path, rows, rows)).resolves.toBe(100)
  await expect(verifyEvents(path, makeScatteredEvents(101, 1, 0))).rejects.toThrow('"rows":101')
  const other = { ...makeEvent(7, 0), amount: 0 }
  await expect(verifyEvents(path, rows, [other])).rejects.toThrow('"amount":0')
})

it.each(shapeNames)('verifies every column of rows of the shape %s', async (name) => {
  const shape = findShape(name)
  const path = newDatabase(folder)
  const rows = [...generateRows(shape, 10)]
  const writer = await appender.open(path, shape)
  await writer.write(rows)
  await writer.close()
  const checksum = checksumOf(shape, rows)
  await expect(verifyRows(readDuckDB, path, shape, checksum, rows)).resolves.toBe(10)
  for (const column of Object.keys(shape.columns)) {
    const wrong = rows.with(9, {
      ...rows[9],
      [column]: Object.entries(rows[3] ?? {}).find(([key]) => key === column)?.[1],
    })
    await expect(verifyRows(readDuckDB, path, shape, checksum, wrong)).rejects.toThrow('Expected')
  }
})

it('verifies that the row of every call is there, once and as the last call wrote it', async () => {
  const path = newDatabase(folder)
  const writer = await appender.open(path, reading)
  // Of 10 rows that were there the calls 0 and 2 wrote the row 4, and the call 1 a new one.
  const rows = [...generateRows(reading, 11)].with(4, { ...reading.makeRow(4), value: 2 })
  await writer.write(rows.with(10, { ...reading.makeRow(10), value: 1 }))
  await writer.close()
  const verify = (...written: readonly number[]) => verifyCalls(appender, path, reading, 10, written)
  await expect(verify(4, 10, 4)).resolves.toBe(11)
  await expect(verify(4, 4)).rejects.toThrow('"rows":10')
  await expect(verify(4, 10, 4, 4)).rejects.toThrow('"value":"45"')
  // Their sum is right.
  await expect(verify(4, 4, 10)).rejects.toThrow('"value":1}')
})

it('adds up the checksums of rows that are there several times, and of others', () => {
  const [rows, others] = [makeScatteredEvents(3, 1, 0), [makeEvent(7, 0)]]
  const all = checksumOf(event, [...rows, ...rows, ...others])
  expect(addChecksums(checksumOf(event, rows), 2, checksumOf(event, others))).toEqual(all)
})

it('is exact about a thousand rows, from the first to the last', () => {
  expect(sampleIndexes(0)).toEqual([])
  expect(sampleIndexes(1)).toEqual([0])
  expect(sampleIndexes(3)).toEqual([0, 1, 2])
  const samples = sampleIndexes(1_000_000)
  expect(new Set(samples).size).toBe(1000)
  expect([samples[0], samples.at(-1)]).toEqual([0, 999_999])
})

it('verifies that the records read back are all there, each once and as it was last set', async () => {
  const verify = (count: number, ...versions: readonly (readonly [id: number, version: number])[]) => {
    async function* entries() {
      for (const [id, version] of versions) {
        const { key, value } = makeRecord(id, version)
        yield [key, JSON.stringify(value)] as const
      }
    }
    return verifyRecords({ entries }, '', count, (id) => id)
  }
  await verify(2, [1, 1], [0, 0])
  await expect(verify(2, [0, 0])).rejects.toThrow('found 1')
  await expect(verify(2, [0, 0], [0, 0])).rejects.toThrow('found user:0 besides')
  await expect(verify(2, [0, 0], [1, 1], [2, 2])).rejects.toThrow('user:2')
  await expect(verify(2, [0, 0], [1, 0])).rejects.toThrow('"version":1')
})

it('tells what a trial that fails has to say', async () => {
  // The one that was built: it starts a program beside it.
  const built = new URL('../../bench/build/run-trials.js', import.meta.url).href
  const { runTrials }: typeof import('../../bench/run-trials.js') = await import(built)
  await expect(runTrials('writeRows', ['nobody'], 1, 1)).rejects.toThrow('There is no contender nobody')
})

it('refuses what it cannot do, and says why', async () => {
  const stderr = expect.stringContaining('Expected suites to be among lag, throughput')
  await expect(bench('lags')).rejects.toMatchObject({ code: 1, stderr })
})

it.runIf(isLong)('refuses what a suite cannot do, and says why', async () => {
  const only = expect.stringContaining('Expected --only to be part of one of plain table; ')
  await expect(bench('small', '--only', 'big', '--out', folder)).rejects.toMatchObject({
    code: 1,
    stderr: only,
  })
  const remote = expect.stringContaining('The suite remote needs the DuckDB that there are extensions for')
  await expect(bench('remote', '--out', folder)).rejects.toMatchObject({ code: 1, stderr: remote })
})
