import type { Batch } from './batch.js'
import type { ColumnEncoder } from './column-encoder.js'
import type { EncodeError } from './encode-error.js'
import { ParseProblem, type TextParser } from './parsers/parse-problem.js'
import type { Segment } from './segment.js'

/** Reads strings before they are written; other values are as with the encoder that it is for. */
export class ParsingEncoder implements ColumnEncoder {
  readonly #encoder: ColumnEncoder
  readonly #parse: TextParser

  constructor(encoder: ColumnEncoder, parse: TextParser) {
    this.#encoder = encoder
    this.#parse = parse
  }

  attach(segment: Segment, valueOffset: number, batch: Batch): void {
    this.#encoder.attach(segment, valueOffset, batch)
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'string') return this.#encoder.write(row, value)
    const parsed = this.#parse(value)
    return parsed instanceof ParseProblem ? parsed.error : this.#encoder.write(row, parsed)
  }

  writeNull(row: number): void {
    this.#encoder.writeNull?.(row)
  }
}
