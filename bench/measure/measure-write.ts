import type { Encoding, Writer } from '../contenders/contender.js'
import { type Measured, measureWork } from './measure-work.js'

export interface MeasuredWrite extends Measured {
  readonly receipt: Encoding | undefined
}

/** Times a write, and looks at what it takes. */
export async function measureWrite(write: () => ReturnType<Writer['write']>): Promise<MeasuredWrite> {
  const { result, ...measured } = await measureWork(write)
  return { ...measured, receipt: result }
}
