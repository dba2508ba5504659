import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { appender } from '../../bench/contenders/main-thread.js'
import { makeRecord } from '../../bench/records.js'
import { makeRow, makeRows } from '../../bench/rows.js'
import { verify } from '../../bench/verify.js'
import { verifyRecords } from '../../bench/verify-records.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const program = fileURLToPath(new URL('../../build/bench/index.js', import.meta.url))
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])
const contenders = [
  'row by row',
  'prepared statement',
  'Appender on main',
  'worker, cloned rows',
  'duckpaddle',
]

it.each(['throughput', 'lag'])('the suite %s measures and verifies every contender', async (suite) => {
  const { stdout } = await bench(suite, '--rows', '1500', '--trials', '1')
  for (const contender of contenders) {
    expect(stdout).toMatch(new RegExp(`^${contender} +1500 +\\d+\\.\\d+ +\\d+`, 'm'))
  }
  expect(stdout).toMatch(/DuckDB v\d/)
})

it('the suite conflicts measures and verifies every contender', async () => {
  const { stdout } = await bench('conflicts', '--rows', '1500', '--trials', '1')
  const [, loads = '', upserts = '', rounds = ''] = stdout.split(/^conflicts, /m)
  expect(readTable(loads)).toEqual([
    'duckpaddle',
    'duckpaddle, key',
    'duckpaddle, primaryKey',
    'Appender on main, PRIMARY KEY',
  ])
  expect(readTable(upserts)).toEqual([
    'duckpaddle, key',
    'duckpaddle, primaryKey',
    'ON CONFLICT, PRIMARY KEY',
    'OR REPLACE, PRIMARY KEY',
    'MERGE, PRIMARY KEY',
    'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB',
    'DELETE + INSERT, PRIMARY KEY',
    'MERGE, no index',
    'UPDATE + INSERT, no index',
    'DELETE + INSERT, no index',
  ])
  expect(upserts).toContain('150 scattered rows of 1500')
  expect(readTable(rounds)).toEqual(['duckpaddle, key'])
  expect(rounds.match(/^\d+ +\d+\.\d$/gm)).toHaveLength(11)
})

it('the suite kv measures and verifies every contender', async () => {
  const { stdout } = await bench('kv', '--rows', '1500', '--trials', '1')
  const [, save = '', change = '', changeMore = '', together = '', alone = '', rounds = ''] =
    stdout.split(/^kv, /m)
  expect(readTable(save)).toEqual([
    'row by row',
    'prepared statement',
    'Appender on main',
    'DuckDBStorageAdapter',
    'lmdb',
  ])
  expect(readTable(change, { figures: 3 })).toEqual(['DuckDBStorageAdapter', 'ON CONFLICT, PRIMARY KEY'])
  expect(readTable(changeMore, { rows: 15_000, figures: 3 })).toEqual([
    'DuckDBStorageAdapter',
    'ON CONFLICT, PRIMARY KEY',
  ])
  expect(readTable(together, { rows: 1000, figures: 2 })).toEqual([
    'DuckDBStorageAdapter',
    'lmdb',
    'lmdb, flushed',
  ])
  expect(readTable(alone, { rows: 100, figures: 3 })).toEqual([
    'DuckDBStorageAdapter',
    'DuckDB commit on main',
    'lmdb',
    'lmdb, flushed',
  ])
  expect(rounds).toContain('1000 records 100 times')
  expect(rounds.match(/^\d+ +\d+\.\d +\d+(?: +\d+\.\d+)? *$/gm)).toHaveLength(11)
})

/** The first column of the rows of a table, each of which has the number of rows and at least so many figures. */
function readTable(text: string, { rows = 1500, figures = 4 } = {}): string[] {
  const row = new RegExp(`^(\\S.*?) +${rows}(?: +\\d+(?:\\.\\d+)?){${figures},}$`, 'gm')
  return [...text.matchAll(row)].map(([, contender = '']) => contender)
}

const folder = temporaryFolder()

it('verifies how many rows a file holds, and what is in those to be exact about', async () => {
  const path = newDatabase(folder)
  const writer = await appender.open(path)
  await writer.write(makeRows(100))
  await writer.close()
  await verify(path, makeRows(100), makeRows(100))
  await expect(verify(path, makeRows(101))).rejects.toThrow('"rows":101')
  const other = { ...makeRow(7, 0), amount: 0 }
  await expect(verify(path, makeRows(100), [other])).rejects.toThrow('"amount":0')
})

it('verifies that the records read back are all there, each once and as it was last set', async () => {
  async function* entries(...versions: readonly (readonly [id: number, version: number])[]) {
    for (const [id, version] of versions) {
      const { key, value } = makeRecord(id, version)
      yield [key, JSON.stringify(value)] as const
    }
  }
  const versionOf = (id: number) => id
  await verifyRecords(entries([1, 1], [0, 0]), 2, versionOf)
  await expect(verifyRecords(entries([0, 0]), 2, versionOf)).rejects.toThrow('found 1')
  await expect(verifyRecords(entries([0, 0], [0, 0]), 2, versionOf)).rejects.toThrow('found user:0 besides')
  await expect(verifyRecords(entries([0, 0], [1, 1], [2, 2]), 2, versionOf)).rejects.toThrow('user:2')
  await expect(verifyRecords(entries([0, 0], [1, 0]), 2, versionOf)).rejects.toThrow('"version":1')
})

it('refuses what it does not know', async () => {
  await expect(bench('lags')).rejects.toMatchObject({ code: 1 })
  await expect(bench('lag', '--rows', 'many')).rejects.toMatchObject({ code: 1 })
})
