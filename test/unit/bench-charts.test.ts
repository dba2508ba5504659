import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lagCharts } from '../../bench/charts/lag-charts.js'
import type { Chart } from '../../bench/charts/render-chart.js'
import { throughputCharts } from '../../bench/charts/throughput-charts.js'
import type { ContenderReport, SuiteReport, TestReport } from '../../bench/report/suite-report.js'

const names = ['idle', 'row by row', 'duckpaddle', 'worker, cloned rows']

describe('the charts of a report', () => {
  it('name every contender, the unit of every axis, the machine, the versions, the date and the command', () => {
    const units = { 'lag-timeline-event': ['(ms', '(s)'], 'throughput-event': ['(rows/s', 'rows in one'] }
    const all = drawAll()
    expect(all.map(({ fileName }) => fileName)).toEqual(Object.keys(units))
    for (const { fileName, svg } of all) {
      const text = svg
        .replace(/<[^>]*>/g, '\n')
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
      const own = Object.entries(units).flatMap(([name, parts]) => (name === fileName ? parts : []))
      const common = [
        '2 cores',
        'A <Processor',
        'Node v20',
        'DuckDB v1',
        '2025-11-24',
        'npm run bench -- "x"',
      ]
      for (const part of [...names, ...own, ...common]) expect(text).toContain(part)
    }
  })

  it('leave nothing to the dark that has no colour there', () => {
    for (const { svg } of drawAll()) {
      const style = /<style>(.*?)<\/style>/s.exec(svg)?.[1] ?? ''
      expect(style).toContain('@media (prefers-color-scheme:dark)')
      // What clips others is not seen.
      const seen = svg.replace(style, '').replace(/<clipPath.*?<\/clipPath>/gs, '')
      const used = [...seen.matchAll(/ (fill|stroke)="([^"]*)"/g)].filter(
        ([, , color]) => color !== 'none' && color !== 'transparent',
      )
      expect(used.length).toBeGreaterThan(10)
      for (const [, attribute, color] of used) expect(style).toContain(`[${attribute}="${color}"]{`)
    }
  })

  it('keep a stall as wide as it stood, though it is reported at its end', () => {
    const stalled = contender('duckpaddle', { 'loop delay max': [1000], 'time to write': [4] }, [
      [2, 1000],
      [4, 1],
    ])
    const [chart] = lagCharts(report([test('write event rows', [stalled])]))
    // Of 4 s, which are 860 pixels from 80 on, the second one.
    expect(chart?.svg).toContain('M295 194L295 136L510 136L510 194')
  })

  it('draw what there is where figures are missing, infinite or not numbers', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0]) {
      const points = [[0.1, value] as const, [value, 2] as const]
      const contenders = [
        contender('duckpaddle', { 'loop delay max': [value], 'rows per second': [1] }, points),
        contender('odd', { 'rows per second': [value] }, points),
        contender('empty', { 'rows per second': [] }, []),
        contender('nothing', {}),
      ]
      const tests = [1000, 10_000].map((rows) => test('write event rows', contenders, rows))
      const charts = [...lagCharts(report(tests)), ...throughputCharts(report(tests))]
      expect(charts).not.toEqual([])
      for (const { svg } of charts)
        expect(svg.replace(/<text.*?<\/text>/g, '')).not.toMatch(/NaN|Infinity|undefined/)
    }
  })

  it('are none where there is nothing to draw', () => {
    for (const draw of [lagCharts, throughputCharts]) {
      expect(draw(report([]))).toEqual([])
      expect(draw(report([test('write event rows', [])]))).toEqual([])
    }
  })

  it('have names that tell sizes and shapes apart', () => {
    const { tests } = lagReport()
    const wide = tests.map((found) => ({ ...found, name: 'write wide rows' }))
    const small = tests.map((found) => ({ ...found, rows: 10 }))
    const files = lagCharts(report([...tests, ...small, ...wide])).map(({ fileName }) => fileName)
    expect(files).toEqual(['lag-timeline-event-100000', 'lag-timeline-event-10', 'lag-timeline-wide'])
  })

  it('let the process end that drew them', async () => {
    const built = new URL('../../bench/build/charts/throughput-charts.js', import.meta.url)
    const program = `
      const { throughputCharts } = await import(${JSON.stringify(built)})
      console.log(throughputCharts(${JSON.stringify(throughputReport())}).length)`
    const arguments_ = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, { timeout: 30_000 })
    expect(stdout).toBe('1\n')
  })
})

function drawAll(): Chart[] {
  return [...lagCharts(lagReport()), ...throughputCharts(throughputReport())]
}

function lagReport(): SuiteReport {
  const found = names.map((name, index) => {
    const values = { 'loop delay max': [2103], 'loop delay p99': [1.9], 'time to write': [5] }
    const points = Array.from({ length: 50 }, (_, at) => [at / 10, 1 + at * (index + 1)] as const)
    return contender(name, values, points)
  })
  return report([test('write event rows', found)])
}

function throughputReport(): SuiteReport {
  const found = names.map((name, index) =>
    contender(name, { 'rows per second': [(index + 1) * 900, (index + 1) * 1000, (index + 1) * 1100] }),
  )
  const tests = [1000, 1_000_000].map((rows) => {
    return test(
      'write event rows',
      found.map((each) => ({ ...each, rows })),
      rows,
    )
  })
  return report([...tests, test('write text rows', found)])
}

function report(tests: readonly TestReport[]): SuiteReport {
  const machine = {
    cores: 2,
    processor: 'A <Processor> & co. @ 2.70GHz',
    memoryGiB: 8,
    platform: 'linux x64',
    node: 'v20.20.0',
    duckdb: 'v1.5.6',
  }
  const command = 'npm run bench -- "x"'
  return { suite: 'x', command, measuredAt: '2025-11-24T15:00:00.000Z', machine, tests }
}

function test(name: string, contenders: readonly ContenderReport[], rows = 100_000): TestReport {
  return { name, description: '', rows, trials: 3, figures: [], contenders, remarks: [] }
}

function contender(
  name: string,
  values: Readonly<Record<string, readonly number[]>>,
  points?: readonly (readonly [number, number])[],
): ContenderReport {
  return {
    contender: name,
    rows: 1000,
    verifiedRows: [1000],
    values,
    ...(points && { timelines: [{ name: 'loop delay', unit: 'ms', points }] }),
  }
}
