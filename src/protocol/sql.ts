/** A schema, in a database that SQL knows by this name. */
export interface SchemaRef {
  readonly catalog: string
  readonly schema: string
}

/** A table or a view, by its whole name. */
export interface TableRef extends SchemaRef {
  readonly name: string
}

/** The schema where tables are unless another one is asked for. */
export function mainOf(catalog: string): SchemaRef {
  return { catalog, schema: 'main' }
}

/** Where temporary tables are: each connection has its own. */
const temporary: SchemaRef = { catalog: 'temp', schema: 'main' }

export function tableIn({ catalog, schema }: SchemaRef, name: string): TableRef {
  return { catalog, schema, name }
}

export function temporaryTable(name: string): TableRef {
  return tableIn(temporary, name)
}

/**
 * A table or view as SQL, by its whole name: less may be ambiguous, where a schema is called like a database, or be the
 * name of a temporary table, and would depend on the `search_path`.
 */
export function qualify({ catalog, schema, name }: TableRef): string {
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

/** Of references to the same table, the same text. */
export function foldRef({ catalog, schema, name }: TableRef): string {
  return JSON.stringify([catalog, foldName(schema), foldName(name)])
}

/** Of names that are the same to DuckDB, the same text: it ignores the case of A to Z, and of no other letters. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const [capitals, smallLetters] = ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz']

/** A condition on the rows of DuckDB's catalog functions: `column` is the name of this table. */
export function isNamed(column: string, { catalog, schema, name }: TableRef): string {
  const isInSchema = `database_name COLLATE "binary" = ${quoteLiteral(catalog)}
    AND schema_name COLLATE "binary" = ${quoteLiteral(schema)}`
  const folded = `system.main.translate(${column}, '${capitals}', '${smallLetters}')`
  return `(${isInSchema} AND ${folded} COLLATE "binary" = ${quoteLiteral(foldName(name))})`
}
