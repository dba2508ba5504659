import {
  type ColumnType,
  longestArray,
  type NamedType,
  type ParametricColumnType,
} from '../../protocol/column-type.js'
import { foldName } from '../../protocol/sql.js'
import {
  columnTypeNamed,
  isParametric,
  isUnwritableName,
  plainTypeNamed,
  typeOfLength,
} from './type-names.js'
import type { TypeToken } from './type-tokens.js'

/** `TIMESTAMP WITHOUT TIME ZONE`, `NATIONAL CHARACTER VARYING`. */
const mostWords = 4
/** More are more than anybody means, and would be a matter of the stack. */
const mostLevels = 100

/** Reads the tokens of a type; each method undefined where they are not of it. */
export class TypeParser {
  readonly #tokens: readonly TypeToken[]
  #position = 0
  #level = 0
  #isUnwritable = false

  constructor(tokens: readonly TypeToken[]) {
    this.#tokens = tokens
  }

  /** Whether it has come upon a type whose values cannot be written. */
  get isUnwritable(): boolean {
    return this.#isUnwritable
  }

  /** The type, if it is all that there is. */
  parse(): ColumnType | undefined {
    const type = this.#type()
    return this.#position === this.#tokens.length ? type : undefined
  }

  #type(): ColumnType | undefined {
    const outer = this.#level
    if (outer === mostLevels) return undefined
    this.#level++
    let type = this.#base()
    while (type !== undefined && this.#isSuffix()) type = this.#list(type)
    this.#level = outer
    return type
  }

  #isSuffix(): boolean {
    return this.#peek('sign') === '[' || this.#peek('word')?.toUpperCase() === 'ARRAY'
  }

  /** `[]`, `[3]`, `ARRAY`, `ARRAY[3]`. */
  #list(item: ColumnType): ColumnType | undefined {
    if (++this.#level > mostLevels) return undefined
    const isWord = this.#take('word') !== undefined
    if (!this.#takeSign('[')) return isWord ? { name: 'LIST', item } : undefined
    const digits = this.#take('number')
    if (!this.#takeSign(']')) return undefined
    if (digits === undefined) return { name: 'LIST', item }
    const length = Number(digits)
    return length < 1 || length > longestArray ? undefined : { name: 'ARRAY', item, length }
  }

  #base(): ColumnType | undefined {
    const words = this.#words()
    if (words === undefined) return undefined
    if (isUnwritableName(words)) {
      this.#isUnwritable = true
      return undefined
    }
    const name = columnTypeNamed(words)
    if (name !== undefined && isParametric(name)) return this.#parametric(name)
    const plain = this.#takeSign('(') ? this.#ofLength(words) : plainTypeNamed(words)
    return plain === undefined ? undefined : { name: plain }
  }

  /** As many words as are the name of a type, in upper case. */
  #words(): string | undefined {
    let found: string | undefined
    let end = this.#position
    let words = ''
    for (let count = 0; count < mostWords; count++) {
      const token = this.#tokens[this.#position + count]
      if (token?.kind !== 'word') break
      words += (count === 0 ? '' : ' ') + token.value.toUpperCase()
      if (columnTypeNamed(words) === undefined && !isUnwritableName(words)) continue
      found = words
      end = this.#position + count + 1
    }
    this.#position = end
    return found
  }

  /** `VARCHAR(10)`, `TIMESTAMP(3) WITHOUT TIME ZONE`, from behind the bracket on. */
  #ofLength(name: string) {
    const digits = this.#take('number')
    if (digits === undefined || digits.length > 9 || !this.#takeSign(')')) return undefined
    const hasZone = name === 'TIMESTAMP' && this.#peek('word')?.toUpperCase() === 'WITHOUT'
    if (hasZone && !['WITHOUT', 'TIME', 'ZONE'].every((word) => this.#take('word')?.toUpperCase() === word)) {
      return undefined
    }
    return typeOfLength(name, Number(digits))
  }

  #parametric(name: ParametricColumnType['name']): ColumnType | undefined {
    switch (name) {
      case 'DECIMAL':
        return this.#decimal()
      case 'ENUM':
        return this.#enum()
      case 'STRUCT': {
        const fields = this.#named()
        return fields && { name, fields }
      }
      case 'UNION': {
        const members = this.#named()
        // A tag has a byte.
        return members && members.length <= 256 ? { name, members } : undefined
      }
      case 'MAP':
        return this.#map()
      default:
        // They are not written by their names.
        return undefined
    }
  }

  /** Without its parameters a DECIMAL is DuckDB's DECIMAL(18,3); with the first only, it has no fraction digits. */
  #decimal(): ColumnType | undefined {
    if (!this.#takeSign('(')) return { name: 'DECIMAL', width: 18, scale: 3 }
    const width = Number(this.#take('number'))
    const scale = this.#takeSign(',') ? Number(this.#take('number')) : 0
    if (!this.#takeSign(')') || !(width >= 1 && width <= 38 && scale <= width)) return undefined
    return { name: 'DECIMAL', width, scale }
  }

  #enum(): ColumnType | undefined {
    const members = this.#inBrackets(() => this.#take('text'))
    if (members === undefined || new Set(members).size < members.length) return undefined
    return { name: 'ENUM', members }
  }

  #map(): ColumnType | undefined {
    const [key, value, ...others] = this.#inBrackets(() => this.#type()) ?? []
    return key && value && others.length === 0 ? { name: 'MAP', key, value } : undefined
  }

  /** `(a INTEGER, "b c" VARCHAR)`. DuckDB does not tell names apart by their case. */
  #named(): readonly NamedType[] | undefined {
    const named = this.#inBrackets(() => {
      const name = this.#take('name') ?? this.#take('word')
      const type = name === undefined || name === '' ? undefined : this.#type()
      return name !== undefined && type !== undefined ? { name, type } : undefined
    })
    if (named === undefined) return undefined
    return new Set(named.map(({ name }) => foldName(name))).size < named.length ? undefined : named
  }

  /** At least one, with commas between them. */
  #inBrackets<Item>(next: () => Item | undefined): Item[] | undefined {
    if (!this.#takeSign('(')) return undefined
    const items: Item[] = []
    do {
      const item = next()
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#takeSign(','))
    return this.#takeSign(')') ? items : undefined
  }

  #takeSign(sign: string): boolean {
    if (this.#peek('sign') !== sign) return false
    this.#position++
    return true
  }

  #take(kind: TypeToken['kind']): string | undefined {
    const value = this.#peek(kind)
    if (value !== undefined) this.#position++
    return value
  }

  #peek(kind: TypeToken['kind']): string | undefined {
    const token = this.#tokens[this.#position]
    return token?.kind === kind ? token.value : undefined
  }
}
