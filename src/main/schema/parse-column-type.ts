import type { ColumnDescriptor, ColumnType, PlainColumnType } from '../../protocol/column-type.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { explainType } from './explain-type.js'
import { isParametric, parametricTypes } from './parametric-types.js'
import { columnTypeNamed, isUnwritableName, plainTypeNamed, typeOfLength } from './type-names.js'

const listPattern = /\[ ?\d* ?\]$| ARRAY$/
const lengthPattern = /^([A-Z][A-Z0-9_]*(?: [A-Z]+)*) ?\( ?(\d{1,9}) ?\)( WITHOUT TIME ZONE)?$/

/**
 * Reads a column's definition, such as `'DECIMAL(10,2) NOT NULL'`.
 *
 * Nothing of the text reaches SQL: it is read into a type, of which SQL is made anew.
 *
 * @throws TypeError if it is not a type; `PERSIST_SCHEMA_MISMATCH` if it is one that cannot be written.
 */
export function parseColumn(name: string, definition: unknown): ColumnDescriptor {
  const expected = `Expected column ${quoteName(name)} to be`
  if (typeof definition !== 'string') {
    throw new TypeError(`${expected} a type such as 'BIGINT', got ${describeValue(definition)}`)
  }
  const whole = definition.trim()
  const nullable = withoutLastWord(whole, 'NULL')
  const required = nullable === undefined ? undefined : withoutLastWord(nullable, 'NOT')
  const text = required ?? nullable ?? whole
  // In one case, and with single spaces.
  const upper = text.toUpperCase().replace(/\s+/g, ' ')
  if (isUnwritable(upper)) {
    const message = `Column ${quoteName(name)} is of type ${toVisible(text, 60)}, which cannot be written yet`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  const type = parseColumnType(text, upper)
  if (type === undefined) {
    throw new TypeError(
      `${expected} of a type of DuckDB's, got ${describeValue(definition)}: ${explainType(upper)}`,
    )
  }
  return { name, type, notNull: required !== undefined, hasDefault: false }
}

/** Whether DuckDB has such a type, or may have it, and nothing here can write it. */
function isUnwritable(upper: string): boolean {
  const [name = ''] = upper.split(/ ?[([]/, 1)
  return isUnwritableName(name) || listPattern.test(upper)
}

/**
 * The text before its last word, if that is `word` and not the only one. By its end, and not by a pattern: one that
 * looks for it at every place takes time in proportion to the square, or the cube, of a hostile text's length.
 */
function withoutLastWord(text: string, word: string): string | undefined {
  if (text.slice(-word.length).toUpperCase() !== word) return undefined
  const rest = text.slice(0, -word.length)
  const trimmed = rest.trimEnd()
  return trimmed === '' || trimmed === rest ? undefined : trimmed
}

function parseColumnType(text: string, upper: string): ColumnType | undefined {
  const plain = plainTypeNamed(upper) ?? parseLength(upper)
  if (plain !== undefined) return { name: plain }
  const [word = ''] = /^\w+/.exec(text) ?? []
  const name = columnTypeNamed(word.toUpperCase())
  if (name === undefined || !isParametric(name)) return undefined
  return parametricTypes[name].parse(text.slice(word.length))
}

/** `VARCHAR(10)`, `TIMESTAMP(3)`. */
function parseLength(upper: string): PlainColumnType['name'] | undefined {
  const [, name = '', length, zone] = lengthPattern.exec(upper) ?? []
  if (zone !== undefined && name !== 'TIMESTAMP') return undefined
  return length === undefined ? undefined : typeOfLength(name, Number(length))
}
