import type { ColumnCase } from './column-case.js'
import { numberCases } from './number-cases.js'
import { textCases } from './text-cases.js'
import { timeCases } from './time-cases.js'

/** A case of every column type, and several of those that take several kinds of values. */
export const columnCases: readonly ColumnCase[] = [...numberCases, ...textCases, ...timeCases]

export function findColumnCase(name: string): ColumnCase {
  const found = columnCases.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`There is no column case ${name}`)
  return found
}
