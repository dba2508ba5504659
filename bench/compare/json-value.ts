import { Misuse } from '../misuse.js'

/** A value of a JSON file of unknown make, read as what it is to be. Each method throws Misuse if it is not that. */
export class JsonValue {
  readonly #value: unknown
  /** Where the value is: `A.json: tests[0].name` */
  readonly #place: string

  constructor(value: unknown, place: string) {
    this.#value = value
    this.#place = place
  }

  field(name: string): JsonValue {
    const fields = new Map(this.entries())
    return fields.get(name) ?? new JsonValue(undefined, `${this.#place}.${name}`)
  }

  entries(): [name: string, value: JsonValue][] {
    const value = this.#value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#fail('an object')
    return Object.entries(value).map(([name, field]) => [
      name,
      new JsonValue(field, `${this.#place}.${name}`),
    ])
  }

  items(): JsonValue[] {
    if (!Array.isArray(this.#value)) return this.#fail('an array')
    return this.#value.map((item, index) => new JsonValue(item, `${this.#place}[${index}]`))
  }

  string(): string {
    return typeof this.#value === 'string' ? this.#value : this.#fail('a string')
  }

  number(): number {
    return typeof this.#value === 'number' ? this.#value : this.#fail('a number')
  }

  /** As text. */
  stringOrNumber(): string {
    return typeof this.#value === 'number' ? String(this.#value) : this.string()
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    return choices.find((choice) => choice === this.#value) ?? this.#fail(`one of ${choices.join(', ')}`)
  }

  isNull(): boolean {
    return this.#value === null
  }

  #fail(expected: string): never {
    const got = this.#value === undefined ? 'nothing' : JSON.stringify(this.#value).slice(0, 60)
    throw new Misuse(`Expected a report of a benchmark: ${this.#place} to be ${expected}, got ${got}`)
  }
}
