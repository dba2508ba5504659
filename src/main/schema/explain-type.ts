import { isParametric, parametricTypes } from './parametric-types.js'
import { columnTypeNamed } from './type-names.js'

const clause = / (PRIMARY|UNIQUE|DEFAULT|CHECK|REFERENCES|COLLATE|GENERATED|AS|USING)\b/

/** Why a definition, in upper case and with single spaces, is of no type: completes "got 'INT(11)' (string): ". */
export function explainType(upper: string): string {
  if (upper === '') return 'there is none in it'
  const [word = ''] = /^\w+/.exec(upper) ?? []
  const name = columnTypeNamed(word)
  if (name !== undefined && isParametric(name)) return parametricTypes[name].explanation
  if (clause.test(upper)) {
    return 'NOT NULL may follow the type, and nothing else. There are `key` and `primaryKey`; create a table that has more by run()'
  }
  if (/^[A-Z0-9_ ]+\([^)]*\)$/.test(upper)) return 'it does not take what is in the brackets'
  return "a type of your own is not known here: spell its ENUM('a', 'b') out, or create the table by run()"
}
