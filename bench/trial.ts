/**
 * One trial, in a process of its own: `node trial.js <contender> <rows>`. Prints its measurements as JSON.
 *
 * A first, small write warms the code up; then the loop's delay and the memory are measured during the write.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isDeepStrictEqual } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Receipt } from 'duckpaddle'
import { contenders } from './contenders/index.js'
import { type Checksum, checksumOf, checksumSql, makeRows } from './rows.js'

export interface TrialResult {
  readonly seconds: number
  /** Of the process, above what it was before the write. */
  readonly rssGrowthBytes: number
  readonly delayMs: {
    readonly p50: number
    readonly p99: number
    readonly p999: number
    readonly max: number
  }
  readonly receipt: Omit<Receipt, 'rejections'> | undefined
}

const [, , name = '', rowsText] = process.argv
const contender = contenders[name]
if (contender === undefined) throw new Error(`There is no contender ${name}`)
const rows = makeRows(Number(rowsText))
const folder = await mkdtemp(join(tmpdir(), 'duckpaddle-bench-'))
try {
  const warmUp = await contender.open(join(folder, 'warm-up.duckdb'))
  await warmUp.write(makeRows(Math.min(2000, rows.length)))
  await warmUp.close()
  const path = join(folder, 'trial.duckdb')
  const writer = await contender.open(path)
  const result = await measure(() => writer.write(rows))
  await writer.close()
  if (name !== 'idle') await verify(path, checksumOf(rows))
  console.log(JSON.stringify(result))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measure(write: () => Promise<Receipt | undefined>): Promise<TrialResult> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const before = process.memoryUsage.rss()
  let peak = before
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, 10)
  delay.enable()
  // Let the timers run in before the write begins, so that a stall from its first moment on is seen.
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.reset()
  const startedAt = performance.now()
  const receipt = await write()
  const seconds = (performance.now() - startedAt) / 1000
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  clearInterval(timer)
  sample()
  const ms = (nanos: number) => nanos / 1e6
  return {
    seconds,
    rssGrowthBytes: peak - before,
    delayMs: {
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      p999: ms(delay.percentile(99.9)),
      max: ms(delay.max),
    },
    receipt,
  }
}

/** A write that is not there afterwards was not measured. */
async function verify(path: string, expected: Checksum): Promise<void> {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  const [found] = (await connection.runAndReadAll(checksumSql)).getRowObjectsJS()
  connection.closeSync()
  instance.closeSync()
  if (isDeepStrictEqual({ ...found }, expected)) return
  throw new Error(`Expected ${JSON.stringify(expected)} in the file, found ${JSON.stringify(found)}`)
}
