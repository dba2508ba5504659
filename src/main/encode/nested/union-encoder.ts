import { formatPlace } from '../../../protocol/format-path.js'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'
import { inside } from './inside.js'
import type { VectorWriter } from './vector-writer.js'

/** UNION: the index of its member, and its members, all but one of which are NULL. */
export class UnionEncoder implements ColumnEncoder {
  readonly #tag: VectorWriter
  readonly #members: readonly VectorWriter[]
  readonly #tags: ReadonlyMap<string, number>

  /**
   * @param tag - Of the tags, UTINYINT.
   * @param names - One for each member.
   */
  constructor(tag: VectorWriter, names: readonly string[], members: readonly VectorWriter[]) {
    this.#tag = tag
    this.#members = members
    this.#tags = new Map(names.map((name, index) => [name, index]))
  }

  attach(_segment: Segment, _valueOffset: number, batch: Batch): void {
    this.#tag.attach(batch)
    for (const member of this.#members) member.attach(batch)
  }

  write(index: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      return this.#notAMember(value)
    }
    const given = Object.entries(value).filter(([, content]) => content !== undefined)
    const [name, content] = given[0] ?? []
    if (name === undefined || given.length > 1) return this.#notAMember(value)
    const tag = this.#tags.get(name)
    if (tag === undefined) {
      return { code: 'unknown-column', reason: 'the UNION has no such member', place: formatPlace(name) }
    }
    this.#tag.write(index, tag)
    for (const [position, member] of this.#members.entries()) {
      if (position !== tag) {
        member.writeNull(index)
        continue
      }
      const problem = member.write(index, content)
      if (problem !== undefined) return inside(formatPlace(name), member.type, problem)
    }
    return undefined
  }

  writeNull(index: number): void {
    this.#tag.writeNull(index)
    for (const member of this.#members) member.writeNull(index)
  }

  #notAMember(value: unknown): EncodeError {
    const names = [...this.#tags.keys()].slice(0, 5).join(', ')
    const expected = `an object with one property, which is called like a member (${names})`
    return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
  }
}
