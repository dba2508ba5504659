import { join } from 'node:path'
import type { KeyedContender, KeyedWriter } from '../contenders/contender.js'
import { makeRows, makeScatteredRows } from '../rows.js'

/** Warms the code up with a small database, and opens another one whose file holds `count` rows. */
export async function openLoaded(
  contender: KeyedContender,
  count: number,
  folder: string,
): Promise<{ readonly writer: KeyedWriter; readonly path: string }> {
  const warmUp = await open(contender, Math.min(2000, count), join(folder, 'warm-up.duckdb'))
  await warmUp.upsert(makeScatteredRows(Math.ceil(Math.min(2000, count) / 2), 2, 1))
  await warmUp.close()
  const path = join(folder, 'trial.duckdb')
  return { writer: await open(contender, count, path), path }
}

/** The rows are not kept: a large heap would slow down what is measured later. */
async function open(contender: KeyedContender, count: number, path: string): Promise<KeyedWriter> {
  const writer = await contender.open(path)
  await writer.write(makeRows(count))
  await writer.checkpoint()
  return writer
}
