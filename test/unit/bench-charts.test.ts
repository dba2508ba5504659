import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Chart } from '../../bench/charts/chart.js'
import { delayOutline } from '../../bench/charts/delay-outline.js'
import { encodeCharts } from '../../bench/charts/encode-charts.js'
import { lagCharts } from '../../bench/charts/lag-charts.js'
import { memoryCharts } from '../../bench/charts/memory-charts.js'
import { placeLabels } from '../../bench/charts/place-labels.js'
import { throughputCharts } from '../../bench/charts/throughput-charts.js'
import { timeWindow } from '../../bench/charts/time-window.js'
import type { ContenderReport, SuiteReport, TestReport } from '../../bench/report/suite-report.js'

const hostile = `<b onload="x">&'evil' ]]> class="x" ${'𝕏'.repeat(80)}`
const names = ['idle', 'row by row', 'duckpaddle', 'worker, cloned rows']

describe('the charts of a report', () => {
  it('name every contender, the unit of every axis, the machine, the versions, the date and the command', () => {
    const charts = [...lagCharts(lagReport(names)), ...throughputCharts(throughputReport(names))]
    const all = [...charts, ...memoryCharts(memoryReport(names)), ...encodeCharts(encodeReport(names))]
    expect(all.map(({ fileName }) => fileName)).toEqual([
      'lag-timeline-event',
      'lag-latency-event',
      'throughput-event',
      'memory-over-time',
      'encode-values',
    ])
    const units = [['(ms', '(s)'], ['(ms'], ['(rows/s', 'rows in one'], ['(MiB)', '(s)'], ['(ns']]
    for (const [index, { svg }] of all.entries()) {
      const text = textOf(svg)
      for (const part of [...names, ...(units[index] ?? [])]) expect(text).toContain(part)
      for (const part of ['2 cores', 'Node v20', 'DuckDB v1', '2025-11-24', 'npm run bench -- "x"']) {
        expect(text).toContain(part)
      }
    }
  })

  it('are well-formed XML, whatever the contenders are called', () => {
    for (const { svg } of drawAll([hostile, 'duckpaddle', '', '\u0000\u0007\ud800 bare'])) {
      expectWellFormed(svg)
      expect(svg).not.toContain('<b ')
    }
  })

  it('leave nothing to the dark that has no colour there', () => {
    for (const { svg } of drawAll(names)) {
      const style = /<style>(.*?)<\/style>/s.exec(svg)?.[1] ?? ''
      expect(style).toContain('@media (prefers-color-scheme:dark)')
      // What clips others is not seen.
      const seen = svg.replace(style, '').replace(/<clipPath.*?<\/clipPath>/gs, '')
      const used = [...seen.matchAll(/ (fill|stroke)="([^"]*)"/g)].filter(([, , color]) => color !== 'none')
      expect(used.length).toBeGreaterThan(10)
      for (const [, attribute, color] of used) expect(style).toContain(`[${attribute}="${color}"]{`)
    }
  })

  it('keep every text within the picture', () => {
    for (const { svg } of drawAll(names)) {
      const [, width = 0, height = 0] = (/<svg [^>]*width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number)
      expect(width).toBe(960)
      const places = [...svg.matchAll(/<text [^>]*text-anchor="(\w+)"[^>]*transform="([^"]*)"[^>]*>([^<]*)/g)]
      expect(places.length).toBeGreaterThan(10)
      for (const [, anchor, transform = '', text = ''] of places) {
        const [x = 0, y = 0] =
          transform
            .match(/-?[\d.]+/g)
            ?.slice(-2)
            .map(Number) ?? []
        const extent = transform.startsWith('matrix') ? 0 : decode(text).length * 6
        const start = anchor === 'end' ? x - extent : anchor === 'middle' ? x - extent / 2 : x
        expect(start, text).toBeGreaterThanOrEqual(0)
        expect(start + extent, text).toBeLessThanOrEqual(width)
        expect(y).toBeGreaterThan(0)
        expect(y).toBeLessThan(height)
      }
    }
  })

  it('draw what there is where figures are missing, infinite or not numbers', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0]
    for (const value of odd) {
      const points = [[0.1, value] as const, [value, 2] as const]
      const contenders = [
        contender('duckpaddle', { 'loop delay max': [value], 'request latency p99': [value] }, points),
        contender('odd', { 'rows per second': [value], 'time per value': [value] }, points),
        contender('empty', { 'request latency p99': [], 'rows per second': [] }, []),
        contender('nothing', {}),
      ]
      const tests = [1000, 10_000].map((rows) => test('write event rows', contenders, rows))
      for (const draw of [lagCharts, throughputCharts, memoryCharts, encodeCharts]) {
        for (const { svg } of draw(report(tests))) {
          expectWellFormed(svg)
          expect(svg).not.toMatch(/NaN|Infinity|undefined/)
        }
      }
    }
  })

  it('are none where there is nothing to draw', () => {
    for (const draw of [lagCharts, throughputCharts, memoryCharts, encodeCharts]) {
      expect(draw(report([]))).toEqual([])
      expect(draw(report([test('write event rows', [])]))).toEqual([])
    }
  })

  it('have names that tell sizes and shapes apart', () => {
    const { tests } = lagReport(names)
    const wide = tests.map((found) => ({ ...found, name: 'write wide rows' }))
    const small = tests.map((found) => ({ ...found, rows: 10 }))
    const charts = lagCharts(report([...tests, ...small, ...wide]))
    const files = charts.map(({ fileName }) => fileName)
    expect(new Set(files).size).toBe(6)
    expect(files).toContain('lag-timeline-event-10')
    expect(files).toContain('lag-timeline-wide')
  })

  it('let the process end that drew them', async () => {
    const built = new URL('../../bench/build/charts/throughput-charts.js', import.meta.url)
    const program = `
      const { throughputCharts } = await import(${JSON.stringify(built)})
      console.log(throughputCharts(${JSON.stringify(throughputReport(names))}).length)`
    const arguments_ = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, { timeout: 30_000 })
    expect(stdout).toBe('1\n')
  })
})

describe('a timeline', () => {
  it('shows a stall for as long as it stood, though it is told at its end', () => {
    const outline = delayOutline([[2, 1000]], 4, 4, 1)
    expect(outline).toEqual([
      [0, 1],
      [1, 1],
      [1, 1000],
      [3, 1000],
      [3, 1],
      [4, 1],
      [4, 1],
    ])
  })

  it('shows all of its runs where they take about as long, and cuts off those that take far longer', () => {
    const own = { name: 'duckpaddle', seconds: 2 }
    expect(timeWindow([own, { name: 'other', seconds: 3.9 }])).toBe(4)
    expect(timeWindow([own, { name: 'other', seconds: 60 }])).toBe(6)
    expect(timeWindow([{ name: 'other', seconds: 60 }])).toBe(60)
    expect(timeWindow([])).toBe(1)
  })
})

describe('labels', () => {
  it('are moved apart, and stay between the top and the bottom', () => {
    const placed = placeLabels([50, 50, 52, 99], 10, 0, 100)
    expect(placed).toEqual([50, 60, 70, 95])
    expect(placeLabels([99, 99, 99], 10, 0, 100)).toEqual([75, 85, 95])
    expect(placeLabels([], 10, 0, 100)).toEqual([])
  })
})

function drawAll(contenders: readonly string[]): Chart[] {
  const single = throughputReport(contenders)
  return [
    ...lagCharts(lagReport(contenders)),
    ...throughputCharts(single),
    ...throughputCharts({ ...single, tests: single.tests.slice(1) }),
    ...memoryCharts(memoryReport(contenders)),
    ...encodeCharts(encodeReport(contenders)),
  ]
}

function lagReport(contenders: readonly string[]): SuiteReport {
  const found = contenders.map((name, index) => {
    const values = { 'loop delay max': [2103], 'loop delay p99': [1.9], 'request latency p99': [2, 3, 4] }
    const points = Array.from({ length: 50 }, (_, at) => [at / 10, 1 + at * (index + 1)] as const)
    return contender(name, { ...values, 'time to write': [5], 'request latency max': [9] }, points)
  })
  return report([test('write event rows', found)])
}

function throughputReport(contenders: readonly string[]): SuiteReport {
  const found = contenders.map((name, index) =>
    contender(name, { 'rows per second': [(index + 1) * 900, (index + 1) * 1000, (index + 1) * 1100] }),
  )
  return report([1000, 1_000_000].map((rows) => test('write event rows', found, rows)))
}

function memoryReport(contenders: readonly string[]): SuiteReport {
  const points = Array.from({ length: 500 }, (_, at) => [at / 100, 100 + at] as const)
  return report([
    test(
      'write event rows from a generator',
      contenders.map((name) => contender(name, {}, points)),
    ),
  ])
}

function encodeReport(contenders: readonly string[]): SuiteReport {
  const values = { 'time per value': [10, 12, 11], 'times baseline': [1.2] }
  return report([
    test(
      'encode a column',
      contenders.map((name) => contender(name, values)),
    ),
  ])
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
  const timelines = ['loop delay', 'resident memory'].map((timeline) => ({
    name: timeline,
    unit: 'x',
    points: points ?? [],
  }))
  return {
    contender: name,
    rows: 1000,
    verifiedRows: [1000],
    values,
    ...(points === undefined ? {} : { timelines }),
  }
}

function textOf(svg: string): string {
  return decode(svg.replace(/<[^>]*>/g, '\n'))
}

function decode(text: string): string {
  const entities = [
    ['&lt;', '<'],
    ['&gt;', '>'],
    ['&quot;', '"'],
    ['&#39;', "'"],
    ['&amp;', '&'],
  ] as const
  return entities.reduce((decoded, [entity, character]) => decoded.replaceAll(entity, character), text)
}

/** Elements that nest, attributes that are quoted and not given twice, entities and characters that XML has. */
function expectWellFormed(svg: string): void {
  const attributePattern = '\\s+[\\w:-]+="[^"<]*"'
  const pieces = new RegExp(`<(/?)([\\w:]+)((?:${attributePattern})*)\\s*(/?)>|([^<]+)|<`, 'g')
  const open: string[] = []
  let roots = 0
  for (const [piece, close, name = '', attributes = '', isEmpty, text] of svg.matchAll(pieces)) {
    if (text === undefined) {
      expect(piece).not.toBe('<')
      const given = [...attributes.matchAll(/\s([\w:-]+)=/g)].map(([, attribute]) => attribute)
      expect(new Set(given).size).toBe(given.length)
      if (close === '/') expect(open.pop()).toBe(name)
      else if (isEmpty !== '/') {
        if (open.length === 0) roots++
        open.push(name)
      }
    } else if (open.length === 0) expect(text.trim()).toBe('')
    expect(piece.replace(/&(?:lt|gt|amp|quot|apos|#\d+);/g, '')).not.toContain('&')
    expect(text ?? '').not.toContain(']]>')
  }
  expect(open).toEqual([])
  expect(roots).toBe(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML has no way to write.
  expect(svg).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/)
  expect(svg.isWellFormed()).toBe(true)
}
