import { join } from 'node:path'
import { appender } from '../contenders/main-thread.js'
import type { ReadRows } from '../contenders/reader.js'
import { findReadContender } from '../contenders/readers.js'
import { watchRead } from '../measure/watch-read.js'
import { sampleIndexes } from '../read-back/verify-rows.js'
import { findShape } from '../shapes/index.js'
import { columnKinds, generateRows, nestedJson, type Row, type Shape, toStoredRow } from '../shapes/shape.js'
import type { Task } from './task.js'

/** Enough for the code that reads and decodes to be compiled by V8. */
const warmUpRows = 50_000

/** Reads all rows of a table, JSON as its text. */
export const readRows: Task = async (name, count, folder, { shape: shapeName = 'event' }) => {
  const contender = findReadContender(name)
  const shape = findShape(shapeName)
  const path = join(folder, 'trial.duckdb')
  const writer = await appender.open(path, shape)
  await writer.write(generateRows(shape, count))
  await writer.close()
  const reader = await contender.open(path)
  const sql = selectOf(shape)
  await reader.read(`${sql} LIMIT ${warmUpRows}`, new Set())
  const kept = sampleIndexes(count)
  const { result, values } = await watchRead(() => reader.read(sql, new Set(kept)))
  await reader.close()
  if (contender.readsNothing === true) return { verifiedRows: null, values }
  if (result.count !== count) throw new Error(`Expected ${count} rows, read ${result.count}`)
  for (const index of kept) expectRow(shape, index, result)
  return { verifiedRows: result.count, values }
}

function selectOf(shape: Shape): string {
  const columns = columnKinds(shape).map(([name, kind]) =>
    kind === 'json' ? `"${name}"::VARCHAR AS "${name}"` : `"${name}"`,
  )
  return `SELECT ${columns.join(', ')} FROM ${shape.table}`
}

/** @throws unless a row is as it was written. */
function expectRow(shape: Shape, index: number, rows: ReadRows): void {
  const kinds = columnKinds(shape)
  const expected = toStoredRow(kinds, shape.makeRow(index))
  const found: Row = rows.at(index) ?? {}
  for (const [name, kind] of kinds) {
    const value = kind === 'nested' ? nestedJson(found[name]) : found[name]
    const isRight =
      (typeof value === 'string') === ['text', 'json', 'nested'].includes(kind) &&
      (typeof value === 'string' ? value : Number(value)) === expected[name]
    if (!isRight) {
      throw new Error(`Expected ${name} of row ${index} to be ${expected[name]}, read ${String(value)}`)
    }
  }
}
