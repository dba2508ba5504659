import { isUint8Array } from 'node:util/types'
import { describeValue } from '../../contract/describe-value.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseBlob } from '../parsers/parse-blob.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { StringEncoder } from './text-encoder.js'

/** BLOB: the bytes of any Uint8Array, copied; a Buffer from Node's pool too. */
export class BlobEncoder extends StringEncoder {
  readonly parse: TextParser = parseBlob

  override write(row: number, value: unknown): EncodeError | undefined {
    if (!isUint8Array(value)) return encodeError('type', `expected a Uint8Array, got ${describeValue(value)}`)
    try {
      return this.batch.writeBytes(this.segment, this.entryOffset(row), value)
    } catch {
      return encodeError('type', 'the bytes are gone: their buffer was transferred, or has become shorter')
    }
  }
}
