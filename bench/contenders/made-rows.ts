import { setImmediate } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Row } from '../shapes/shape.js'
import type { ReadContender } from './reader.js'

/** How long rows are made before the event loop has a turn, in milliseconds: as long as duckpaddle decodes. */
const sliceMs = 2
/** Rows that are made between two looks at the clock. */
const blindRows = 16
const sampleRows = 2048

/**
 * As many rows as there are to be read, made on the main thread from values that are in memory: what it takes V8 alone to
 * have them, its garbage collector above all.
 */
export const madeRows: ReadContender = {
  readsNothing: true,
  async open(path) {
    const instance = await DuckDBInstance.create(path, { threads: '1' })
    const connection = await instance.connect()
    return {
      async read(sql) {
        const sample = await connection.runAndReadAll(`FROM (${sql}) LIMIT ${sampleRows}`)
        const counted = await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)
        const rows = await makeRows(sample.getRowObjectsJS(), Number(counted.getRows()[0]?.[0]))
        return { count: rows.length, at: (index) => rows[index] }
      },
      async close() {
        connection.closeSync()
        instance.closeSync()
      },
    }
  },
}

async function makeRows(sample: readonly Row[], count: number): Promise<Row[]> {
  const make = compileMaker(sample)
  const rows: Row[] = []
  while (rows.length < count) {
    const sliceEnds = performance.now() + sliceMs
    do {
      const end = Math.min(count, rows.length + blindRows)
      while (rows.length < end) rows.push(make(rows.length % sample.length))
    } while (rows.length < count && performance.now() < sliceEnds)
    await setImmediate()
  }
  return rows
}

/** Makes a row with values of its own, which are those of a row of the sample. */
function compileMaker(sample: readonly Row[]): (index: number) => Row {
  const names = Object.keys(sample[0] ?? {})
  const makers = names.map((name) => valueMaker(sample.map((row) => row[name])))
  const properties = names.map((name, index) => `${JSON.stringify(name)}: makers[${index}](index)`)
  const make = new Function('makers', 'index', `return { ${properties.join(', ')} }`)
  return (index) => make(makers, index)
}

function valueMaker(values: readonly unknown[]): (index: number) => unknown {
  const [first] = values
  if (typeof first === 'string') return textMaker(values.map(String))
  if (first instanceof Date) {
    const times = values.map(Number)
    return (index) => new Date(times[index] ?? 0)
  }
  if (typeof first === 'bigint') {
    const integers = BigInt64Array.from(values, (value) => BigInt(Number(value)))
    return (index) => integers[index]
  }
  const numbers = Float64Array.from(values, Number)
  return (index) => numbers[index]
}

/** Few different texts are as many strings, as they are for who reads them. */
function textMaker(texts: readonly string[]): (index: number) => string {
  const distinct = new Map(texts.map((text) => [text, text]))
  if (distinct.size < texts.length / 2) return (index) => distinct.get(texts[index] ?? '') ?? ''
  const buffers = texts.map((text) => Buffer.from(text))
  return (index) => buffers[index]?.toString('latin1') ?? ''
}
