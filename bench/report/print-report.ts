import { describeMachine, type Machine } from './machine.js'
import { median } from './median.js'
import type { ContenderReport, FigureDefinition, TestReport } from './suite-report.js'

export function printMachine(machine: Machine, measuredAt: string): void {
  console.log(`${describeMachine(machine)}; ${measuredAt.slice(0, 10)}\n`)
}

/** Prints what a test found: medians, and the least and the most where there are several trials. */
export function printTest(suite: string, test: TestReport): void {
  const spreads = test.trials > 1 ? `; medians (least-most) of ${test.trials} trials` : ''
  console.log(`${suite}: ${test.name}, ${test.rows} rows${spreads}\n${test.description}\n`)
  const header = ['contender', 'rows', ...test.figures.flatMap(headings)]
  const base = (name: string) => test.contenders.find(({ contender }) => contender === name)
  printTable(
    header,
    test.contenders.map((contender) => [
      contender.rows < test.rows ? `${contender.contender} (fewer rows)` : contender.contender,
      contender.verifiedRows.length === 0 ? '' : String(contender.rows),
      ...test.figures.flatMap((figure) => cells(figure, contender, base)),
    ]),
  )
  for (const remark of test.remarks) console.log(remark)
  if (test.remarks.length > 0) console.log()
}

/** The median of a figure of a contender; NaN where it has none. */
export function medianFigure(test: TestReport, contender: string, figure: string): number {
  return median(test.contenders.find((found) => found.contender === contender)?.values[figure] ?? [])
}

function headings({ name, unit, relativeTo = [] }: FigureDefinition): string[] {
  return [unit === '' ? name : `${name} (${unit})`, ...relativeTo.map((other) => `times ${other}`)]
}

function cells(
  { name, digits, relativeTo = [] }: FigureDefinition,
  { values }: ContenderReport,
  base: (contender: string) => ContenderReport | undefined,
): string[] {
  const own = values[name]
  if (own === undefined || own.length === 0) return ['', ...relativeTo.map(() => '')]
  const ratios = relativeTo.map((other) => median(own) / median(base(other)?.values[name] ?? []))
  return [spread(own, digits), ...ratios.map((ratio) => (Number.isNaN(ratio) ? '' : ratio.toFixed(2)))]
}

/** `1.20 (1.10-1.35)` */
function spread(values: readonly number[], digits: number): string {
  const text = median(values).toFixed(digits)
  if (values.length < 2) return text
  return `${text} (${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)})`
}

/** Prints a table: the first column to the left, the others to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const line of [header, widths.map((width) => '-'.repeat(width)), ...rows]) {
    const padded = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(padded.join('  '))
  }
  console.log()
}
