import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { explainType } from './explain-type.js'
import { TypeParser } from './type-parser.js'
import { readTypeTokens } from './type-tokens.js'

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
  const parser = new TypeParser(readTypeTokens(text) ?? [])
  const type = parser.parse()
  if (parser.isUnwritable) {
    const message = `Column ${quoteName(name)} is of type ${toVisible(text, 60)}, which cannot be written yet`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  if (type === undefined) {
    // In one case, and with single spaces.
    const upper = text.toUpperCase().replace(/\s+/g, ' ')
    throw new TypeError(
      `${expected} of a type of DuckDB's, got ${describeValue(definition)}: ${explainType(upper)}`,
    )
  }
  return { name, type, notNull: required !== undefined, hasDefault: false }
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
