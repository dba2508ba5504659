import type { ParametricColumnType } from '../../protocol/column-type.js'
import { columnTypeNamed, isParametric } from './type-names.js'

const clause = / (PRIMARY|UNIQUE|DEFAULT|CHECK|REFERENCES|COLLATE|GENERATED|AS|USING)\b/

/** How a type with parameters is written. */
const explanations: Readonly<Record<ParametricColumnType['name'], string>> = {
  DECIMAL: 'DECIMAL(width, scale) has a width of 1 to 38, and a scale of 0 to the width',
  ENUM: "ENUM('a', 'b') has members that differ, in single quotes",
  LIST: 'a LIST is written as the type of its items and [], as in VARCHAR[]',
  ARRAY: 'an ARRAY is written as the type of its items and its length, 1 to 99999, as in FLOAT[3]',
  STRUCT: 'STRUCT(a INTEGER, b VARCHAR) has fields whose names differ, each with its type',
  MAP: 'MAP(VARCHAR, INTEGER) has the type of its keys and that of its values',
  UNION: 'UNION(a INTEGER, b VARCHAR) has members whose names differ, each with its type',
}

/** Why a definition, in upper case and with single spaces, is of no type: completes "got 'INT(11)' (string): ". */
export function explainType(upper: string): string {
  if (upper === '') return 'there is none in it'
  const [word = ''] = /^\w+/.exec(upper) ?? []
  const name = columnTypeNamed(word)
  if (name !== undefined && isParametric(name)) return explanations[name]
  if (upper.endsWith(']')) return explanations.ARRAY
  if (clause.test(upper)) {
    return 'NOT NULL may follow the type, and nothing else. There are `key` and `primaryKey`; create a table that has more by run()'
  }
  if (/^[A-Z0-9_ ]+\([^)]*\)$/.test(upper)) return 'it does not take what is in the brackets'
  return "a type of your own is not known here: spell its ENUM('a', 'b') out, or create the table by run()"
}
