import { formatPlace } from '../../../protocol/format-path.js'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { isInheritedByAll, readProperty } from '../read-property.js'
import type { Segment } from '../segment.js'
import { inside } from './inside.js'
import type { VectorWriter } from './vector-writer.js'

interface Field {
  readonly name: string
  readonly writer: VectorWriter
  /** Whether every object inherits something under its name. */
  isShadowed: boolean
  /** The last value, by the count of `#count`, that had one for it. */
  lastValue: number
}

/** STRUCT: nothing but its fields. What an object does not carry is NULL. */
export class StructEncoder implements ColumnEncoder {
  readonly #fields: readonly Field[]
  readonly #byName: ReadonlyMap<string, Field>
  /** Fields in the order in which the last objects had properties of their names. */
  readonly #order: Field[]
  #count = 0

  /** @param names - One for each writer. */
  constructor(names: readonly string[], writers: readonly VectorWriter[]) {
    this.#fields = writers.map((writer, index) => {
      return { name: names[index] ?? '', writer, isShadowed: false, lastValue: 0 }
    })
    this.#byName = new Map(this.#fields.map((field) => [field.name, field]))
    this.#order = [...this.#fields]
  }

  attach(_segment: Segment, _valueOffset: number, batch: Batch): void {
    for (const field of this.#fields) {
      field.writer.attach(batch)
      field.isShadowed = field.name in Object.prototype
    }
  }

  write(index: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
      return notAnObject(value)
    }
    const count = ++this.#count
    const order = this.#order
    let position = 0
    let carried = 0
    for (const name in value) {
      let field = order[position]
      if (field?.name !== name) {
        field = this.#byName.get(name)
        if (field === undefined) {
          if (isStray(value, name)) return unknownField(name)
          continue
        }
        order[position] = field
      }
      position++
      const given = (value as Record<string, unknown>)[name]
      if (given === undefined || (field.isShadowed && isInheritedByAll(value, name))) continue
      carried++
      field.lastValue = count
      const problem = field.writer.write(index, given)
      if (problem !== undefined) return inside(formatPlace(name), field.writer.type, problem)
    }
    if (carried < this.#fields.length) return this.#writeOthers(index, value, carried)
    return undefined
  }

  writeNull(index: number): void {
    for (const { writer } of this.#fields) writer.writeNull(index)
  }

  /** Fields that are getters of a class, or not there at all. */
  #writeOthers(index: number, value: object, carriedBefore: number): EncodeError | undefined {
    let carried = carriedBefore
    for (const { name, writer, isShadowed, lastValue } of this.#fields) {
      if (lastValue === this.#count) continue
      const given = readProperty(value, name, isShadowed)
      if (given === undefined) {
        writer.writeNull(index)
        continue
      }
      carried++
      const problem = writer.write(index, given)
      if (problem !== undefined) return inside(formatPlace(name), writer.type, problem)
    }
    // A Promise or a Map carries nothing, and would become a STRUCT of NULLs.
    return carried === 0 && !isPlain(value) ? notAnObject(value) : undefined
  }
}

/** A property that no field takes would be lost without a word: most often it is a field's name misspelt. */
function isStray(value: object, name: string): boolean {
  return Object.hasOwn(value, name) && (value as Record<string, unknown>)[name] !== undefined
}

function unknownField(name: string): EncodeError {
  const place = formatPlace(name)
  return { code: 'unknown-column', reason: 'the STRUCT has no such field', place }
}

function notAnObject(value: unknown): EncodeError {
  return encodeError('type', `expected an object, got ${describeValue(value)}`)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
