import { join } from 'node:path'
import type { Contender, Writer } from '../contenders/contender.js'
import { rowLimits } from '../contenders/index.js'
import { generateRows, type Shape } from '../shapes/shape.js'

/** Enough for the code that encodes and appends to be compiled by V8: the times of a second such write are no less. */
const warmUpRows = 20_000
/** Of a contender that takes long for a row: this part of its limit, which takes a second at most. */
const slowShare = 0.1

/** Warms the code up with a file of its own, as in a server that runs, and opens another one. */
export async function openWarm<Row extends object>(
  name: string,
  contender: Contender,
  shape: Shape<Row>,
  folder: string,
): Promise<{ readonly writer: Writer<Row>; readonly path: string }> {
  if (name !== 'idle') {
    const warmUp = await contender.open(join(folder, 'warm-up.duckdb'), shape)
    await warmUp.write([
      ...generateRows(shape, Math.min(warmUpRows, slowShare * (rowLimits[name] ?? Infinity))),
    ])
    await warmUp.close()
  }
  const path = join(folder, 'trial.duckdb')
  return { writer: await contender.open(path, shape), path }
}
