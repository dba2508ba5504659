import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SuiteReport, TestReport } from '../../bench/report/suite-report.js'
import { temporaryFolder } from './temporary-folder.js'

const program = fileURLToPath(new URL('../../bench/build/index.js', import.meta.url))

/** Runs the benchmark as a command. */
export function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, [program, ...args])
}

const all = [
  'row by row',
  'prepared statement',
  'Appender on main',
  'worker, cloned rows',
  'duckpaddle',
] as const
const adapter = 'DuckDBStorageAdapter'
const read = [
  'idle',
  'making rows alone',
  'node-api on main',
  'node-api on main, columns',
  ...['duckpaddle, query', 'duckpaddle, stream', 'duckpaddle, columns'],
] as const
const called = (...names: string[]) => names.flatMap((name) => [`${name}, 1 caller`, `${name}, 10 callers`])

/** What each test of a suite measures. */
const measured: Readonly<Record<string, unknown>> = {
  lag: [['write event rows', 'idle', ...all, 'lmdb']],
  throughput: [
    ['write event rows', ...all],
    ['write key-value rows', 'JSON.stringify alone', ...all],
    ['write numeric rows', ...all],
    ['write text rows', ...all],
  ],
  memory: [
    [
      'write event rows',
      'Appender on main',
      'Appender on main, 64 MB',
      'worker, cloned rows',
      'duckpaddle, async generator',
      'duckpaddle, async generator, 64 MB',
      'lmdb',
    ],
  ],
  conflicts: [
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
  ],
  kv: [
    ['save', 'row by row', 'prepared statement', 'Appender on main', adapter, 'lmdb'],
    ['change', adapter, 'ON CONFLICT, PRIMARY KEY'],
    ['set together', adapter, 'lmdb', 'lmdb, flushed'],
    ['set alone', adapter, 'DuckDB commit on main', 'lmdb', 'lmdb, flushed'],
    ['rounds', adapter],
  ],
  read: [
    ['read event rows', ...read],
    ['read doubles rows', ...read],
    ['open a store', 'idle', 'node-api on main', adapter],
  ],
  nested: [
    ['write nested rows', 'idle', 'Appender on main, nested values', 'duckpaddle', 'duckpaddle, scalars'],
    ['write vectors', 'copying alone', 'duckpaddle'],
    ['write doubles by column', 'data chunks on main', 'duckpaddle, by column', 'duckpaddle'],
  ],
  small: [
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
      return [name, 'duckpaddle, no subscribers', 'duckpaddle, every channel subscribed', 'tracing taken out']
    }),
  ],
}

const asked =
  /^To find that a channel has no subscribers takes \d+\.\d ns, \d+\.\d{3} % of the CPU of a call$/

/** Runs suites of the benchmark as `--quick` does, and looks at what they report. */
export function describeQuickRun(suites: readonly string[]): void {
  describe(`a quick run of ${suites.join(', ')}`, () => {
    const folder = temporaryFolder()
    const out = join(folder, 'reports')
    let stdout = ''
    beforeAll(async () => {
      stdout = (await bench(...suites, '--quick', '--out', out)).stdout
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

    it.each(suites)('the suite %s has figures of every contender, each of which is verified', (suite) => {
      const report = readReport(suite)
      expect(report).toMatchObject({
        suite,
        command: `npm run bench -- ${[...suites, '--quick', '--out', out].join(' ')}`,
      })
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

    it.each(suites.filter((suite) => suite in measured))(
      'the suite %s measures what it is said to',
      (suite) => {
        expect(contendersOf(suite)).toEqual(measured[suite])
      },
    )

    it.runIf(suites.includes('small'))(
      'callers of new keys leave more rows than there were before, those of existing keys as many',
      () => {
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
      },
    )

    it.runIf(suites.includes('small'))(
      'says how long it takes to find that a channel has no subscribers',
      () => {
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
      },
    )

    it('shows the loop delay, the latency and the memory over time', () => {
      const timelines = [
        ['lag', 'loop delay'],
        ['lag', 'request latency'],
        ['memory', 'resident memory'],
      ] as const
      for (const [suite, name] of timelines.filter(([suite]) => suites.includes(suite))) {
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
      if (suites.includes('lag')) expect(written).toContain(join(out, 'lag-timeline-event.svg'))
      for (const path of written.filter((path) => path?.endsWith('.svg') === true)) {
        expect(readFileSync(String(path), 'utf8')).toMatch(/^<svg /)
      }
    })

    it('can be compared with another only if there are trials enough', async () => {
      const report = join(out, `${suites[0]}.json`)
      await expect(bench('compare', report, report)).rejects.toMatchObject({ code: 2 })
    })
  })
}

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
