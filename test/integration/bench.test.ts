import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { appender } from '../../bench/contenders/main-thread.js'
import { addChecksums, checksumOf } from '../../bench/read-back/checksum.js'
import { readDuckDB } from '../../bench/read-back/read-duckdb.js'
import { verifyRecords } from '../../bench/read-back/verify-records.js'
import { sampleIndexes, verifyRows } from '../../bench/read-back/verify-rows.js'
import type { SuiteReport, TestReport } from '../../bench/report/suite-report.js'
import { event, makeEvent, makeScatteredEvents } from '../../bench/shapes/event.js'
import { findShape, shapeNames } from '../../bench/shapes/index.js'
import { makeRecord } from '../../bench/shapes/key-value.js'
import { reading } from '../../bench/shapes/reading.js'
import { generateRows } from '../../bench/shapes/shape.js'
import { verifyCalls } from '../../bench/tasks/calls.js'
import { verifyEvents } from '../../bench/tasks/upserts.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const program = fileURLToPath(new URL('../../bench/build/index.js', import.meta.url))
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args])
const folder = temporaryFolder()

describe('a quick run of everything', () => {
  const out = join(folder, 'reports')
  let stdout = ''
  beforeAll(async () => {
    stdout = (await bench('--quick', '--out', out)).stdout
  }, 600_000)

  const readReport = (suite: string): SuiteReport =>
    JSON.parse(readFileSync(join(out, `${suite}.json`), 'utf8'))
  /** What each test of a suite measures; better-sqlite3 only where it is installed. */
  const contendersOf = (suite: string) =>
    readReport(suite).tests.map(({ name, contenders }) => [
      name,
      ...contenders
        .map(({ contender }) => contender)
        .filter((contender) => !contender.startsWith('better-sqlite3')),
    ])

  const suites = ['lag', 'throughput', 'conflicts', 'kv', 'small', 'read', 'nested', 'memory', 'encode']
  it.each(suites)('the suite %s has figures of every contender, each of which is verified', (suite) => {
    const report = readReport(suite)
    expect(report).toMatchObject({ suite, command: `npm run bench -- --quick --out ${out}` })
    expect(report.machine.duckdb).toMatch(/^v\d/)
    expect(report.tests).not.toEqual([])
    for (const test of report.tests) {
      expect(test.trials).toBe(1)
      expect(test.contenders).not.toEqual([])
      for (const { contender, rows, verifiedRows } of test.contenders) {
        // Of callers it is the time that is given, and not the rows.
        const verified = suite === 'small' ? expect.any(Number) : rows
        expect([contender, verifiedRows]).toEqual([contender, isIdle(contender) ? [] : [verified]])
      }
      expectFigures(test)
    }
  })

  it('the suites measure what they are said to', () => {
    const all = [
      'row by row',
      'prepared statement',
      'Appender on main',
      'worker, cloned rows',
      'duckpaddle',
    ] as const
    expect(contendersOf('lag')).toEqual([['write event rows', 'idle', ...all, 'lmdb']])
    expect(contendersOf('throughput')).toEqual([
      ['write event rows', ...all],
      ['write key-value rows', 'JSON.stringify alone', ...all],
      ['write numeric rows', ...all],
      ['write text rows', ...all],
    ])
    expect(contendersOf('memory')).toEqual([
      [
        'write event rows',
        'Appender on main',
        'Appender on main, 64 MB',
        'worker, cloned rows',
        'duckpaddle, async generator',
        'duckpaddle, async generator, 64 MB',
        'lmdb',
      ],
    ])
    expect(contendersOf('conflicts')).toEqual([
      ['load', 'duckpaddle', 'duckpaddle, key', 'duckpaddle, primaryKey', 'Appender on main, PRIMARY KEY'],
      [
        'upsert',
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
      ],
      ['rounds', 'duckpaddle, key'],
    ])
    const adapter = 'DuckDBStorageAdapter'
    expect(contendersOf('kv')).toEqual([
      ['save', 'row by row', 'prepared statement', 'Appender on main', adapter, 'lmdb'],
      ['change', adapter, 'ON CONFLICT, PRIMARY KEY'],
      ['set together', adapter, 'lmdb', 'lmdb, flushed'],
      ['set alone', adapter, 'DuckDB commit on main', 'lmdb', 'lmdb, flushed'],
      ['rounds', adapter],
    ])
    const read = [
      'idle',
      'node-api on main',
      'node-api on main, columns',
      ...['duckpaddle, query', 'duckpaddle, stream', 'duckpaddle, columns'],
    ] as const
    expect(contendersOf('read')).toEqual([
      ['read event rows', ...read],
      ['read doubles rows', ...read],
      ['open a store', 'idle', 'node-api on main', adapter],
    ])
    expect(contendersOf('nested')).toEqual([
      ['write nested rows', 'idle', 'Appender on main, nested values', 'duckpaddle', 'duckpaddle, scalars'],
      ['write vectors', 'copying alone', 'duckpaddle'],
      ['write doubles by column', 'data chunks on main', 'duckpaddle, by column', 'duckpaddle'],
    ])
    const called = (...names: string[]) =>
      names.flatMap((name) => [`${name}, 1 caller`, `${name}, 10 callers`])
    expect(contendersOf('small')).toEqual([
      [
        'plain table',
        ...called('duckpaddle'),
        'one-row DuckDB transaction, 1 caller',
        ...called('lmdb', 'lmdb, unflushed'),
      ],
      ...['BIGINT', 'VARCHAR'].flatMap((type) => [
        [`key on ${type}, new keys`, ...called('duckpaddle, key')],
        [`key on ${type}, existing keys`, ...called('duckpaddle, key')],
      ]),
      ['primaryKey, new keys', ...called('duckpaddle, primaryKey')],
      ['primaryKey, existing keys', ...called('duckpaddle, primaryKey')],
      ['beside bulk calls', 'duckpaddle, same table', 'duckpaddle, another table with a key'],
      ['stream', 'duckpaddle, async generator', 'duckpaddle, write stream'],
      ...['tracing, persist', 'tracing, query'].map((name) => {
        return [
          name,
          'duckpaddle, no subscribers',
          'duckpaddle, every channel subscribed',
          'tracing taken out',
        ]
      }),
    ])
  })

  it('says how long it takes to find that a channel has no subscribers', () => {
    const tests = readReport('small').tests.filter(({ name }) => name.startsWith('tracing'))
    expect(tests.map(({ remarks }) => remarks)).toEqual([
      [expect.stringMatching(asked)],
      [expect.stringMatching(asked)],
    ])
    for (const { remarks } of tests) {
      const [nanos, percent] = [...String(remarks).matchAll(/\d+\.\d+/g)].map(Number)
      // Where it took a tenth of a call, something would be made before it is asked.
      expect(nanos).toBeGreaterThan(0)
      expect(percent).toBeLessThan(10)
    }
  })

  it('callers of new keys leave more rows than there were before, those of existing keys as many', () => {
    for (const { name, contenders } of readReport('small').tests) {
      for (const { contender, rows, verifiedRows } of contenders.filter(({ contender }) =>
        /caller/.test(contender),
      )) {
        const added = Number(verifiedRows[0]) - rows
        // One to warm up, and one of each caller.
        expect([name, contender, name.endsWith('existing keys') ? added === 0 : added >= 2]).toEqual([
          name,
          contender,
          true,
        ])
      }
    }
  })

  it('shows the loop delay, the latency and the memory over time', () => {
    for (const [suite, name] of [
      ['lag', 'loop delay'],
      ['lag', 'request latency'],
      ['memory', 'resident memory'],
    ] as const) {
      const contenders = readReport(suite).tests.flatMap((test) => test.contenders)
      const all = contenders.map(({ timelines }) => timelines?.find((timeline) => timeline.name === name))
      // What writes so few rows may be done before the first request is answered.
      expect(all.some((timeline) => (timeline?.points.length ?? 0) > 0)).toBe(true)
      for (const { points } of all.filter((timeline) => timeline !== undefined)) {
        const seconds = points.map(([at]) => at)
        expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
        expect(points.every(([at, value]) => at >= 0 && value > 0)).toBe(true)
      }
    }
  })

  it('draws charts, and tells what it wrote', () => {
    const written = [...stdout.matchAll(/^Wrote (.*)$/gm)].map(([, path]) => path)
    expect(written.toSorted()).toEqual(
      readdirSync(out)
        .map((name) => join(out, name))
        .toSorted(),
    )
    expect(written).toContain(join(out, 'lag-timeline-event.svg'))
    for (const path of written.filter((path) => path?.endsWith('.svg') === true)) {
      expect(readFileSync(String(path), 'utf8')).toMatch(/^<svg /)
    }
  })

  it('can be compared with another only if there are trials enough', async () => {
    const report = join(out, 'throughput.json')
    await expect(bench('compare', report, report)).rejects.toMatchObject({ code: 2 })
  })
})

const asked =
  /^To find that a channel has no subscribers takes \d+\.\d ns, \d+\.\d{3} % of the CPU of a call$/

/** A contender that writes nothing, beside which others are seen. */
function isIdle(contender: string): boolean {
  return contender === 'idle' || contender.endsWith(' alone')
}

/** What not every contender of a test has. */
const ownFigures = [
  ...['times baseline', 'time of setMany', 'longest slice (budget 2)'],
  ...['time per row', 'main-thread CPU per row', 'encode time'],
]

function expectFigures({ figures, contenders }: TestReport): void {
  for (const { name, unit } of figures) {
    const found = contenders.filter(({ values }) => values[name] !== undefined)
    if (!ownFigures.includes(name)) expect([name, found.length]).toEqual([name, contenders.length])
    for (const { contender, values } of contenders) {
      const isRight = (value: number) => Number.isFinite(value) && (value > 0 || unit === 'MiB')
      const of = found.some((other) => other.contender === contender) ? values[name] : [1]
      expect([contender, name, of?.length, of?.every(isRight)]).toEqual([contender, name, 1, true])
    }
    expect([name, found.length]).not.toEqual([name, 0])
  }
}

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
  const only = expect.stringContaining('Expected --only to be part of one of plain table; ')
  await expect(bench('small', '--only', 'big', '--out', folder)).rejects.toMatchObject({
    code: 1,
    stderr: only,
  })
  const remote = expect.stringContaining('The suite remote needs the DuckDB that there are extensions for')
  await expect(bench('remote', '--out', folder)).rejects.toMatchObject({ code: 1, stderr: remote })
})
