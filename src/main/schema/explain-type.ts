const clause = / (PRIMARY|UNIQUE|DEFAULT|CHECK|REFERENCES|COLLATE|GENERATED|AS|USING)\b/

/** Why a definition, in upper case and with single spaces, is of no type: completes "got 'INT(11)' (string): ". */
export function explainType(upper: string): string {
  if (upper === '') return 'there is none in it'
  if (/^(DECIMAL|NUMERIC|DEC)\b/.test(upper)) {
    return 'DECIMAL(width, scale) has a width of 1 to 38, and a scale of 0 to the width'
  }
  if (/^ENUM\b/.test(upper)) return "ENUM('a', 'b') has members that differ, in single quotes"
  if (clause.test(upper)) {
    return 'NOT NULL may follow the type, and nothing else. There are `key` and `primaryKey`; create a table that has more by run()'
  }
  if (/^[A-Z0-9_ ]+\([^)]*\)$/.test(upper)) return 'it does not take what is in the brackets'
  return "a type of your own is not known here: spell its ENUM('a', 'b') out, or create the table by run()"
}
