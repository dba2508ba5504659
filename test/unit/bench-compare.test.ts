import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Misuse, parseCompareArguments } from '../../bench/arguments.js'
import { judge } from '../../bench/compare/judge.js'
import { runCompare } from '../../bench/compare/run-compare.js'
import type { FigureDefinition, SuiteReport } from '../../bench/report/suite-report.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const steady = [100, 101, 102]
let files = 0
let printed: string[] = []

beforeEach(() => {
  printed = []
  const print = (line = '') => {
    printed.push(line)
  }
  vi.spyOn(console, 'log').mockImplementation(print)
  vi.spyOn(console, 'error').mockImplementation(print)
})
afterEach(() => vi.restoreAllMocks())

describe('the verdict', () => {
  it('is that less is faster, or more, as the figure says', () => {
    expect(judge(steady, [50, 51, 52], 'less')).toMatchObject({ before: 101, after: 51, verdict: 'faster' })
    expect(judge(steady, [50, 51, 52], 'more')).toMatchObject({ verdict: 'slower' })
    expect(judge(steady, [200, 201, 202], 'less')).toMatchObject({ verdict: 'slower' })
    expect(judge(steady, [200, 201, 202], 'more')).toMatchObject({ verdict: 'faster' })
  })

  it('is that it is noise where one trial is among those of the other run', () => {
    expect(judge(steady, [101.5, 200, 201], 'less').verdict).toBe('within noise')
    expect(judge([100, 101, 102, 103, 104], [104, 300, 301, 302, 303], 'less').verdict).toBe('within noise')
  })

  it('needs a space as wide as the trials where there are few of them, and none where there are 5', () => {
    expect(judge([100, 105, 110], [111, 116, 121], 'less').verdict).toBe('within noise')
    expect(judge([100, 105, 110], [120, 125, 130], 'less').verdict).toBe('slower')
    expect(judge([100, 100, 100], [120, 130, 141], 'less').verdict).toBe('within noise')
    expect(judge([100, 103, 105, 110], [111, 113, 116, 121], 'less').verdict).toBe('within noise')
    expect(judge([100, 102, 105, 108, 110], [111, 113, 116, 118, 121], 'less').verdict).toBe('slower')
  })

  it('is unknown where one of the runs has fewer than 3 trials', () => {
    expect(judge([1], [1000], 'less').verdict).toBe('unknown')
    expect(judge(steady, [900, 901], 'less').verdict).toBe('unknown')
    expect(judge([900, 901], steady, 'less').verdict).toBe('unknown')
  })

  it('tells the change of the medians in percent, from 0 too', () => {
    expect(judge([10, 20, 300], [10, 25, 300], 'less').changePercent).toBe(25)
    expect(judge([-10, -10, -10], [-5, -5, -5], 'less')).toMatchObject({
      changePercent: 50,
      verdict: 'slower',
    })
    expect(judge([0, 0, 0], [0, 0, 0], 'less')).toMatchObject({ changePercent: 0, verdict: 'within noise' })
    expect(judge([0, 0, 0], [1, 1, 1], 'less')).toMatchObject({
      changePercent: Number.POSITIVE_INFINITY,
      verdict: 'slower',
    })
  })
})

describe('compare', () => {
  it('passes where nothing differs', async () => {
    const report = makeReport({ duckpaddle: { time: steady }, 'Appender on main': { time: steady } })
    expect(await compare(report, report)).toBe(0)
    expect(output()).toContain('0 figures are beyond the noise, 2 within it.')
    expect(output()).toContain('the other contenders are 0.0 % slower than before')
    expect(output()).not.toMatch(/WARNING|Missing|New|Slower beyond/)
  })

  it('fails where duckpaddle is slower, and says what', async () => {
    const before = makeReport({ 'duckpaddle, key': { time: steady } })
    expect(await compare(before, makeReport({ 'duckpaddle, key': { time: [120, 121, 122] } }))).toBe(1)
    expect(output()).toMatch(/^load +1500 +duckpaddle, key +time \(ms\) +101\.0 +121\.0 +\+19\.8 % +slower$/m)
    expect(output()).toContain('- load, 1500 rows: duckpaddle, key, time (ms): +19.8 %')
  })

  it('fails where the adapter has a lower rate', async () => {
    const before = makeReport({ DuckDBStorageAdapter: { rate: [1000, 1010, 1020] } })
    const after = makeReport({ DuckDBStorageAdapter: { rate: [500, 510, 520] } })
    expect(await compare(before, after)).toBe(1)
    expect(await compare(after, before)).toBe(0)
    expect(output()).toMatch(/rate \(rows\/s\) +510 +1010 +\+98\.0 % +faster/)
  })

  it('passes where it is slower by no more than the limit', async () => {
    const before = makeReport({ duckpaddle: { time: [100, 100, 100] } })
    const after = makeReport({ duckpaddle: { time: [120, 120, 120] } })
    expect(await compare(before, after)).toBe(1)
    expect(await compare(before, after, '--limit', '19.9')).toBe(1)
    expect(await compare(before, after, '--limit', '20')).toBe(0)
    expect(output()).toMatch(/\+20\.0 % +slower/)
    expect(await compare(before, makeReport({ duckpaddle: { time: [110, 110, 110] } }))).toBe(0)
    expect(await compare(before, makeReport({ duckpaddle: { time: [101, 101, 101] } }), '--limit', '0')).toBe(
      1,
    )
  })

  it('passes where another contender is slower, and says that it is the machine', async () => {
    const before = makeReport({ duckpaddle: { time: steady }, idle: { time: steady } })
    const after = makeReport({ duckpaddle: { time: steady }, idle: { time: [202, 202, 202] } })
    expect(await compare(before, after)).toBe(0)
    expect(output()).toContain('By the median of 1 times and rates, the other contenders are 100.0 % slower')
    expect(output()).toContain('WARNING: the machine was slower')
    expect(await compare(after, before)).toBe(0)
    expect(output()).toContain('WARNING: the machine was faster')
  })

  it('takes the speed of the machine from rates as well, and not from sizes nor from duckpaddle', async () => {
    const sizes = { size: steady }
    const before = makeReport({
      duckpaddle: { time: steady },
      lmdb: { rate: [80, 80, 80], ...sizes },
      idle: sizes,
    })
    const after = makeReport({
      duckpaddle: { time: [10, 10, 10] },
      lmdb: { rate: [64, 64, 64], ...sizes },
      idle: sizes,
    })
    await compare(before, after)
    expect(output()).toContain('By the median of 1 times and rates, the other contenders are 25.0 % slower')
    await compare(makeReport({ duckpaddle: { time: steady } }), makeReport({ duckpaddle: { time: steady } }))
    expect(output()).toContain('WARNING: no other contender tells')
  })

  it('leaves out what is neither better nor worse', async () => {
    const before = makeReport({ duckpaddle: { time: steady, slices: steady } })
    const after = makeReport({ duckpaddle: { time: steady, slices: [900, 901, 902] } })
    expect(await compare(before, after)).toBe(0)
    expect(output()).toContain('0 figures are beyond the noise, 1 within it.')
  })

  it('shows the figures within the noise when told to', async () => {
    const report = makeReport({ duckpaddle: { time: steady } })
    await compare(report, report)
    expect(output()).not.toMatch(/^load/m)
    await compare(report, report, '--all')
    expect(output()).toMatch(/^load +1500 +duckpaddle +time \(ms\) +101\.0 +101\.0 +0\.0 % +within noise$/m)
  })

  it('warns of another machine', async () => {
    const report = makeReport({ duckpaddle: { time: steady } })
    const after = { ...report, machine: { ...report.machine, cores: 4, duckdb: 'v9' } }
    expect(await compare(report, after)).toBe(0)
    expect(output()).toContain('WARNING: not the same machine: cores 2, then 4; duckdb v1, then v9')
  })

  it('does not pass where there are too few trials to tell', async () => {
    const before = makeReport({ duckpaddle: { time: [1] }, idle: { time: steady } })
    const after = makeReport({ duckpaddle: { time: [100] }, idle: { time: steady } })
    expect(await compare(before, after, '--all')).toBe(2)
    expect(output()).toMatch(/^load .* \+9900\.0 % +unknown$/m)
    expect(output()).toContain('WARNING: 1 figures are unknown')
    expect(output()).toContain('Expected a figure of duckpaddle with at least 3 trials')
  })

  it('fails where something of duckpaddle has vanished, and not where something is new', async () => {
    const both = makeReport({ duckpaddle: { time: steady }, 'duckpaddle, key': { time: steady } })
    const one = makeReport({ duckpaddle: { time: steady } })
    expect(await compare(both, one)).toBe(1)
    expect(output()).toContain('Missing, of what was there before:\n- load, 1500 rows: duckpaddle, key')
    expect(await compare(one, both)).toBe(0)
    expect(output()).toContain('New:\n- load, 1500 rows: duckpaddle, key')
  })

  it('says that another contender has vanished, and passes', async () => {
    const before = makeReport({ duckpaddle: { time: steady }, lmdb: { time: steady } })
    expect(await compare(before, makeReport({ duckpaddle: { time: steady } }))).toBe(0)
    expect(output()).toContain('- load, 1500 rows: lmdb')
  })

  it('fails where a test, a figure or a value of duckpaddle has vanished', async () => {
    const before = makeReport({ duckpaddle: { time: steady, rate: steady } })
    expect(await compare(before, { ...before, tests: [] })).toBe(1)
    expect(await compare(before, makeReport({ duckpaddle: { time: steady } }))).toBe(1)
    expect(output()).toContain('- load, 1500 rows: duckpaddle, rate (rows/s)')
    // NaN, which JSON has not.
    const nothing = makeReport({ duckpaddle: { time: steady, rate: [Number.NaN, Number.NaN, Number.NaN] } })
    expect(await compare(before, nothing)).toBe(1)
    expect(await compare(nothing, nothing)).toBe(0)
  })

  it('compares only what has the same number of rows', async () => {
    const before = makeReport({ duckpaddle: { time: steady } })
    const after = makeReport({ duckpaddle: { time: steady } }, { rows: 3000 })
    expect(await compare(before, after)).toBe(1)
    expect(output()).toContain('Missing, of what was there before:\n- load, 1500 rows: duckpaddle')
    expect(output()).toContain('New:\n- load, 3000 rows: duckpaddle')
  })

  it('compares only contenders that wrote the same number of rows', async () => {
    const report = makeReport({ duckpaddle: { time: steady }, 'row by row': { time: steady } })
    const limited = (limit: number) => ({
      ...report,
      tests: report.tests.map((test) => ({
        ...test,
        contenders: test.contenders.map((found) =>
          found.contender === 'row by row' ? { ...found, rows: limit } : found,
        ),
      })),
    })
    expect(await compare(limited(1000), limited(500))).toBe(0)
    expect(output()).toContain('0 figures are beyond the noise, 1 within it.')
    expect(output()).toContain('Missing, of what was there before:\n- load, 1000 rows: row by row')
  })

  it('takes what the suite encode verifies for duckpaddle, and its baselines for the others', async () => {
    const encode = (time: readonly number[], baseline: readonly number[]): SuiteReport => {
      const report = makeReport({ UUID: { time }, 'UUID: baseline': { time: baseline } })
      const tests = report.tests.map((test) => ({
        ...test,
        contenders: test.contenders.map((found) =>
          found.contender === 'UUID' ? found : { ...found, verifiedRows: [] },
        ),
      }))
      return { ...report, suite: 'encode', tests }
    }
    const slow = [200, 200, 200]
    expect(await compare(encode(steady, steady), encode(slow, steady))).toBe(1)
    expect(await compare(encode(steady, steady), encode(steady, slow))).toBe(0)
    expect(output()).toContain('WARNING: the machine was slower')
  })

  it('finds the contender of each test whatever the order', async () => {
    const test = (name: string, time: readonly number[]) =>
      makeReport({ duckpaddle: { time }, idle: { time: steady } }).tests.map((found) => ({ ...found, name }))
    const report = makeReport({})
    const before = { ...report, tests: [...test('load', [10, 10, 10]), ...test('upsert', [20, 20, 20])] }
    const after = { ...report, tests: [...test('upsert', [20, 20, 20]), ...test('load', [10, 10, 10])] }
    expect(await compare(before, after)).toBe(0)
    expect(output()).toContain('0 figures are beyond the noise, 4 within it.')
  })

  it.each([
    ['no files', []],
    ['one file', ['A.json']],
    ['three files', ['A.json', 'B.json', 'C.json']],
    ['an unknown option', ['A.json', 'B.json', '--limits', '3']],
    ['a limit that is no number', ['A.json', 'B.json', '--limit', 'much']],
    ['an empty limit', ['A.json', 'B.json', '--limit', '']],
    ['a negative limit', ['A.json', 'B.json', '--limit=-1']],
  ])('refuses %s', async (_, args) => {
    const path = await writeReport(makeReport({ duckpaddle: { time: steady } }))
    expect(await run(args.map((arg) => (arg.endsWith('.json') ? path : arg)))).toBe(2)
    expect(output()).toMatch(/Expected|Unknown option/)
  })

  it('refuses reports of different suites, and one that has a contender twice', async () => {
    const report = makeReport({ duckpaddle: { time: steady } })
    expect(await compare(report, { ...report, suite: 'kv' })).toBe(2)
    expect(output()).toContain('Expected two reports of one suite, got conflicts and kv')
    expect(await compare(report, { ...report, tests: [...report.tests, ...report.tests] })).toBe(2)
    expect(output()).toContain('load, 1500 rows: duckpaddle once, got it twice')
  })

  it.each([
    ['no JSON', 'time: 12', 'is not valid JSON'],
    ['another thing', '[1, 2]', 'Expected "suite"'],
    ['null', 'null', 'Expected Object but received null'],
    ['nothing of a report', '{}', 'suite: Invalid key: Expected "suite"'],
    ['no tests', withField('tests', {}), 'tests: Invalid type: Expected Array but received Object'],
    ['a test without figures', withField('tests', [{ name: 'a', rows: 1 }]), 'tests.0.figures: Invalid key'],
    [
      'an unknown direction',
      withField('tests', [
        { name: 'a', rows: 1, figures: [{ name: 'f', unit: '', better: 'up', digits: 1 }] },
      ]),
      'tests.0.figures.0.better: Invalid type: Expected ("less" | "more" | "neither") but received "up"',
    ],
    [
      'text for a value',
      withField('tests', [
        {
          name: 'a',
          rows: 1,
          figures: [],
          contenders: [{ contender: 'c', rows: 1, verifiedRows: [1], values: { f: ['1'] } }],
        },
      ]),
      'tests.0.contenders.0.values.f.0: Invalid type: Expected number but received "1"',
    ],
  ])('refuses a file that has %s', async (_, text, message) => {
    const good = await writeReport(makeReport({ duckpaddle: { time: steady } }))
    const bad = join(folder, `${++files}.json`)
    await writeFile(bad, text)
    expect(await run([good, bad])).toBe(2)
    expect(output()).toContain(message)
    expect(await run([bad, good])).toBe(2)
  })

  it('reads the reports of earlier versions', async () => {
    for (const suite of ['lag', 'throughput']) {
      const path = fileURLToPath(new URL(`../../docs/bench/${suite}.json`, import.meta.url))
      expect(await run([path, path, '--limit', '0'])).toBe(0)
      expect(output()).toMatch(/^0 figures are beyond the noise, [1-9]\d+ within it\.$/m)
    }
  })

  it('refuses a file that is not there', async () => {
    const good = await writeReport(makeReport({ duckpaddle: { time: steady } }))
    expect(await run([good, join(folder, 'nowhere.json')])).toBe(2)
    expect(output()).toContain('nowhere.json to be a report of a benchmark: ENOENT')
  })
})

/** Runs the comparison on files, and forgets what was printed before. */
async function compare(before: SuiteReport, after: SuiteReport, ...options: string[]): Promise<number> {
  const paths = [await writeReport(before), await writeReport(after)]
  printed = []
  return run([...paths, ...options])
}

/** The exit code of a command line; 2, and a message, where it is misuse. */
async function run(args: readonly string[]): Promise<number> {
  try {
    return await runCompare(parseCompareArguments(args))
  } catch (error) {
    if (!(error instanceof Misuse)) throw error
    console.error(error.message)
    return 2
  }
}

function output(): string {
  return printed.join('\n')
}

async function writeReport(report: SuiteReport): Promise<string> {
  const path = join(folder, `${++files}.json`)
  await writeFile(path, JSON.stringify(report))
  return path
}

/** The JSON of a report of which a field is something else. */
function withField(name: string, value: unknown): string {
  return JSON.stringify({ ...makeReport({}), [name]: value })
}

/** @param contenders - The values of the trials, by contender and figure. */
function makeReport(
  contenders: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>,
  { rows = 1500 } = {},
): SuiteReport {
  const figures: readonly FigureDefinition[] = [
    { name: 'time', unit: 'ms', better: 'less', digits: 1 },
    { name: 'rate', unit: 'rows/s', better: 'more', digits: 0 },
    { name: 'size', unit: 'MiB', better: 'less', digits: 1 },
    { name: 'slices', unit: '', better: 'neither', digits: 0 },
  ]
  const found = Object.entries(contenders).map(([contender, values]) => ({
    contender,
    rows,
    verifiedRows: [rows, rows, rows],
    values,
  }))
  return {
    suite: 'conflicts',
    command: 'npm run bench -- conflicts',
    measuredAt: '2026-11-24T12:00:00.000Z',
    machine: {
      cores: 2,
      processor: 'a processor',
      memoryGiB: 24,
      platform: 'linux x64',
      node: 'v20.20.2',
      duckdb: 'v1',
    },
    tests: [{ name: 'load', description: '', rows, trials: 3, figures, contenders: found, remarks: [] }],
  }
}
