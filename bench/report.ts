import { availableParallelism, cpus, totalmem } from 'node:os'
import { version } from '@duckdb/node-api'
import { median } from './median.js'

/** The median of what `pick` takes from each result. */
export function medianOf<Result>(results: readonly Result[], pick: (result: Result) => number): number {
  return median(results.map(pick))
}

/** The median, and the least and the most of several: `1.20 (1.10-1.35)`. */
export function spread<Result>(
  results: readonly Result[],
  pick: (result: Result) => number,
  digits: number,
): string {
  const values = results.map(pick)
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
    const cells = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(cells.join('  '))
  }
  console.log()
}

export function printMachine(): void {
  const gibibytes = Math.round(totalmem() / 1024 ** 3)
  const processor = cpus()[0]?.model ?? 'unknown processor'
  console.log(
    `${availableParallelism()} cores, ${processor}, ${gibibytes} GiB; ${process.platform} ${process.arch}`,
  )
  console.log(`Node ${process.version}, DuckDB ${version()}, ${new Date().toISOString().slice(0, 10)}\n`)
}

export function mebibytes(bytes: number): number {
  return bytes / 1024 ** 2
}
