/** How a column is read back and compared. */
export type ColumnKind = 'integer' | 'float' | 'text' | 'json' | 'timestamp'

const kinds: Readonly<Record<string, ColumnKind>> = {
  SMALLINT: 'integer',
  INTEGER: 'integer',
  UINTEGER: 'integer',
  BIGINT: 'integer',
  FLOAT: 'float',
  DOUBLE: 'float',
  VARCHAR: 'text',
  JSON: 'json',
  TIMESTAMP: 'timestamp',
}

/** @param definition - Of a column: `BIGINT NOT NULL` */
export function columnKind(definition: string): ColumnKind {
  const kind = kinds[definition.replace(' NOT NULL', '')]
  if (kind === undefined) throw new Error(`Expected a type among ${Object.keys(kinds)}, got ${definition}`)
  return kind
}
