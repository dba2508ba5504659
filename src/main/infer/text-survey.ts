import { layOutBatch } from '../../protocol/batch-layout.js'
import { valueBytes } from '../../protocol/column-type.js'
import { Batch } from '../encode/batch.js'
import type { ColumnEncoder } from '../encode/column-encoder.js'
import { createColumnEncoder, createParsingEncoder } from '../encode/create-column-encoder.js'

/** No leading zeros: what has them is a code, such as that of a post office. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const integer = /^-?(?:0|[1-9]\d*)$/
/** Not `NO` and `SE`, nor `1` and `0`. */
const boolean = /^(?:true|false|t|f)$/i
const beginsWithDigit = /^\d/

/** The types that strings are looked at for, those first that are taken first, and what else is asked of them. */
const candidates = [
  ['INTEGER', integer],
  ['BIGINT', integer],
  ['HUGEINT', integer],
  ['DOUBLE', number],
  ['BOOLEAN', boolean],
  ['DATE', beginsWithDigit],
  ['TIMESTAMP', beginsWithDigit],
  ['TIMESTAMPTZ', beginsWithDigit],
  ['TIME', beginsWithDigit],
  ['UUID', /-/],
] as const

interface Candidate {
  readonly name: (typeof candidates)[number][0]
  readonly pattern: RegExp
  readonly encoder: ColumnEncoder
}

/** Made when it is first needed. */
let all: readonly Candidate[] | undefined

/** Which types read all of some strings. */
export class TextSurvey {
  #left: readonly Candidate[]

  constructor() {
    all ??= candidates.map(([name, pattern]) => ({ name, pattern, encoder: createTrial(name) }))
    this.#left = all
  }

  add(text: string): void {
    if (this.#left.length === 0) return
    const isTaken = ({ pattern, encoder }: Candidate) =>
      pattern.test(text) && encoder.write(0, text) === undefined
    if (!this.#left.every(isTaken)) this.#left = this.#left.filter(isTaken)
  }

  join(other: TextSurvey): void {
    this.#left = this.#left.filter((candidate) => other.#left.includes(candidate))
  }

  /** Undefined where they are text. */
  type(): string | undefined {
    return this.#left[0]?.name
  }
}

/** An encoder that says whether a string would be written. */
function createTrial(name: Candidate['name']): ColumnEncoder {
  const type = { name }
  const layout = layOutBatch([{ bytes: valueBytes(type), perRow: 1 }], 1)
  const encoder = createParsingEncoder(createColumnEncoder(type))
  const batch = new Batch(new ArrayBuffer(layout.heapOffset), layout)
  encoder.attach(batch, layout.valueOffsets[0] ?? 0, batch)
  return encoder
}
