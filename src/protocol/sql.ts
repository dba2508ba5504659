/** Where tables are: a database, by the name that SQL has for it, and a schema of it. */
export interface TablePlace {
  readonly catalog: string
  readonly schema: string
}

/** Where the tables of this library are. */
export function mainOf(catalog: string): TablePlace {
  return { catalog, schema: 'main' }
}

/** Where temporary tables are: each connection has its own. */
export const temporary: TablePlace = { catalog: 'temp', schema: 'main' }

/**
 * A table or view as SQL, by its whole name: less may be ambiguous, where a schema is called like a database, or be the
 * name of a temporary table, and would depend on the `search_path`.
 */
export function qualify({ catalog, schema }: TablePlace, name: string): string {
  return [catalog, schema, name].map(quoteIdentifier).join('.')
}

/** A name of any characters, quoted for SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A string of any characters, quoted for SQL. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Of names that are the same to DuckDB, the same text: it ignores the case of A to Z, and of no other letters. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const [capitals, smallLetters] = ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz']

/** A condition on the rows of DuckDB's catalog functions: `column` is the name of a table of this place. */
export function isNamed(column: string, { catalog, schema }: TablePlace, name: string): string {
  const isInPlace = `database_name COLLATE "binary" = ${quoteLiteral(catalog)}
    AND schema_name COLLATE "binary" = ${quoteLiteral(schema)}`
  const folded = `system.main.translate(${column}, '${capitals}', '${smallLetters}')`
  return `(${isInPlace} AND ${folded} COLLATE "binary" = ${quoteLiteral(foldName(name))})`
}
