import { isTypedArray } from 'node:util/types'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import { lengthOf } from '../encode/own-slots.js'

/** What the values inside of others are like. */
export interface ValueSurvey {
  /** @throws TypeError if no column takes it. */
  add(value: unknown, row: number): void
  join(other: this): void
  /** @throws TypeError where no type takes all values. */
  type(): string
}

/** More fields, and more levels, are those of documents, and not of a type. */
const [mostFields, mostLevels] = [256, 16]

const typeOfArray: Readonly<Record<string, string>> = {
  Int8Array: 'TINYINT',
  Uint8ClampedArray: 'UTINYINT',
  Int16Array: 'SMALLINT',
  Uint16Array: 'USMALLINT',
  Int32Array: 'INTEGER',
  Uint32Array: 'UINTEGER',
  Float32Array: 'FLOAT',
  Float64Array: 'DOUBLE',
  BigInt64Array: 'BIGINT',
  BigUint64Array: 'UBIGINT',
}

/**
 * What arrays and objects have inside of them, for as long as they agree: all are arrays, or all are objects with the
 * same properties.
 */
export class NestedSurvey<Survey extends ValueSurvey> {
  readonly #createSurvey: () => Survey
  readonly #level: number
  #items: Survey | undefined
  #fields: Map<string, Survey> | undefined
  /** The types of the items of typed arrays; `'mixed'` where arrays are not all of one kind. */
  #numbers: string | undefined
  #isAgreed = true

  /** @param level - How many arrays and objects these are inside of. */
  constructor(createSurvey: () => Survey, level: number) {
    this.#createSurvey = createSurvey
    this.#level = level
  }

  /** @returns whether they all agree still. */
  add(value: object, row: number): boolean {
    if (!this.#isAgreed) return false
    try {
      this.#isAgreed = this.#level < mostLevels && this.#take(value, row)
    } catch (error) {
      // What no column takes is no reason where JSON does.
      if (!(error instanceof TypeError)) throw error
      this.#isAgreed = false
    }
    return this.#isAgreed
  }

  join(other: NestedSurvey<Survey>): void {
    this.#isAgreed &&= other.#isAgreed && this.#hasSameFields(other)
    if (!this.#isAgreed) return
    if (other.#numbers !== undefined) this.#addNumbers(other.#numbers)
    if (this.#items === undefined) this.#items = other.#items
    else if (other.#items !== undefined) this.#items.join(other.#items)
    if (this.#fields === undefined) this.#fields = other.#fields
    else for (const [name, field] of other.#fields ?? []) this.#fields.get(name)?.join(field)
    this.#isAgreed = this.#items === undefined || this.#fields === undefined
  }

  /** Undefined where they do not agree, or there is nothing inside of them to tell a type by. */
  type(): string | undefined {
    if (!this.#isAgreed) return undefined
    try {
      return this.#fields === undefined ? this.#listType() : this.#structType(this.#fields)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return undefined
    }
  }

  #listType(): string | undefined {
    if (this.#numbers !== undefined && this.#numbers !== 'mixed') return `${this.#numbers}[]`
    const item = this.#items?.type()
    return item === undefined || item === 'JSON' ? undefined : `${item}[]`
  }

  #structType(fields: ReadonlyMap<string, Survey>): string | undefined {
    const types = [...fields].map(([name, field]) => [name, field.type()] as const)
    if (types.every(([, type]) => type === 'JSON')) return undefined
    return `STRUCT(${types.map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(', ')})`
  }

  #take(value: object, row: number): boolean {
    if ('toJSON' in value) return false
    if (Array.isArray(value)) return this.#fields === undefined && this.#takeItems(value, row)
    if (isTypedArray(value)) return this.#fields === undefined && this.#takeNumbers(value, row)
    return this.#items === undefined && isPlain(value) && this.#takeFields(value, row)
  }

  #takeItems(value: readonly unknown[], row: number): boolean {
    this.#items ??= this.#createSurvey()
    if (value.length > 0) this.#addNumbers('mixed')
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index]
      if (item === undefined) return false
      this.#items.add(item, row)
    }
    return true
  }

  #takeNumbers(value: NodeJS.TypedArray, row: number): boolean {
    this.#items ??= this.#createSurvey()
    this.#addNumbers(typeOfArray[value[Symbol.toStringTag]] ?? 'mixed')
    const length = lengthOf(value)
    for (let index = 0; index < length; index++) this.#items.add(value[index], row)
    return true
  }

  #addNumbers(type: string): void {
    this.#numbers = this.#numbers === undefined || this.#numbers === type ? type : 'mixed'
  }

  #takeFields(value: object, row: number): boolean {
    const names = Object.keys(value)
    this.#fields ??= this.#createFields(names)
    if (this.#fields === undefined || this.#fields.size !== names.length) return false
    for (const name of names) {
      const field = this.#fields.get(name)
      const item = (value as Readonly<Record<string, unknown>>)[name]
      if (field === undefined || item === undefined) return false
      field.add(item, row)
    }
    return true
  }

  #createFields(names: readonly string[]): Map<string, Survey> | undefined {
    const isTaken = (name: string) => name !== '' && !name.includes('\0') && name.isWellFormed()
    const isEach = new Set(names.map(foldName)).size === names.length
    if (names.length === 0 || names.length > mostFields || !isEach || !names.every(isTaken)) return undefined
    return new Map(names.map((name) => [name, this.#createSurvey()]))
  }

  #hasSameFields(other: NestedSurvey<Survey>): boolean {
    const own = this.#fields
    const others = other.#fields
    if (own === undefined || others === undefined) return true
    return own.size === others.size && [...others.keys()].every((name) => own.has(name))
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
