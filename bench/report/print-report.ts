import { median } from './statistics.js'
import type { ContenderReport, FigureDefinition, TestReport } from './suite-report.js'

/** Prints what a test found: medians, and the least and the most where there are several trials. */
export function printTest(suite: string, test: TestReport): void {
  const spreads = test.trials > 1 ? `; medians (least-most) of ${test.trials} trials` : ''
  console.log(`${suite}: ${test.name}, ${test.rows} rows${spreads}\n${test.description}\n`)
  printTable(
    ['contender', 'rows', ...test.figures.flatMap(headings)],
    test.contenders.map((contender) => [
      contender.rows < test.rows ? `${contender.contender} (fewer rows)` : contender.contender,
      contender.verifiedRows.length === 0 ? '' : String(contender.rows),
      ...test.figures.flatMap((figure) => cells(test, figure, contender)),
    ]),
  )
  if (test.remarks.length > 0) console.log(`${test.remarks.join('\n')}\n`)
}

/** The median of a figure of a contender; NaN where it has none. */
export function medianFigure(
  { contenders }: Pick<TestReport, 'contenders'>,
  name: string,
  figure: string,
): number {
  return median(contenders.find(({ contender }) => contender === name)?.values[figure] ?? [])
}

/** `time to write (s)` */
export function figureHeading({ name, unit }: FigureDefinition): string {
  return unit === '' ? name : `${name} (${unit})`
}

function headings(figure: FigureDefinition): string[] {
  return [figureHeading(figure), ...(figure.relativeTo ?? []).map((other) => `times ${other}`)]
}

/** `1.20 (1.10-1.35)`, and how many times the other contenders' it is. */
function cells(
  test: TestReport,
  { name, digits, relativeTo = [] }: FigureDefinition,
  contender: ContenderReport,
): string[] {
  const own = contender.values[name] ?? []
  if (own.length === 0) return ['', ...relativeTo.map(() => '')]
  const ratios = relativeTo.map((other) => median(own) / medianFigure(test, other, name))
  const text = (value: number) => value.toFixed(digits)
  const range = own.length > 1 ? ` (${text(Math.min(...own))}-${text(Math.max(...own))})` : ''
  return [text(median(own)) + range, ...ratios.map((ratio) => (Number.isNaN(ratio) ? '' : ratio.toFixed(2)))]
}

/** Prints a table: the first column to the left, the others to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  const print = (line: readonly string[]) => {
    const padded = line.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
    console.log(padded.join('  '))
  }
  for (const line of [header, widths.map((width) => '-'.repeat(width)), ...rows]) print(line)
  console.log()
}
