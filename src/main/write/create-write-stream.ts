import type { WriteStream } from '../contract/write-stream.js'
import type { ResolvedWriteStreamOptions } from '../contract/write-stream-options.js'
import { AtomicWriteStream } from './atomic-write-stream.js'
import { StepwiseWriteStream } from './stepwise-write-stream.js'
import type { StreamTarget } from './stream-target.js'

export function createWriteStream(
  target: StreamTarget,
  options: ResolvedWriteStreamOptions,
): WriteStream<unknown> {
  const Stream = options.atomic ? AtomicWriteStream : StepwiseWriteStream
  return new Stream(target, options)
}
