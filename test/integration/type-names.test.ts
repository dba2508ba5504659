import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columnTypes, unwritableTypes } from '../../src/protocol/column-types.js'

const unwritable = namesOf(unwritableTypes)

function namesOf(types: Readonly<Record<string, { readonly aliases: readonly string[] }>>): string[] {
  return Object.entries(types).flatMap(([name, { aliases }]) => [name, ...aliases])
}

let db: PersistenceService
let tables = 0

beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

/** The type of a column that DuckDB has of a table made by SQL, or of one made by a definition. */
async function typeByDuckDB(type: string): Promise<string> {
  const name = `t${++tables}`
  await db.run(`CREATE TABLE ${name} (c ${type})`)
  return typeOf(name)
}

async function typeByDefinition(type: string): Promise<string> {
  const name = `t${++tables}`
  await db.table(name, { columns: { c: type } })
  return typeOf(name)
}

async function typeOf(table: string): Promise<string> {
  const [row] = await db.query<{ type: string }>(
    'SELECT data_type AS type FROM duckdb_columns() WHERE table_name = ?',
    [table],
  )
  return String(row?.type)
}

/** Names that have no column of theirs: SQL's NULL, the type of types, and those that need parameters. */
const noColumns = new Set(['null', 'type', 'enum', 'list', 'array', 'struct', 'row', 'map', 'union'])

describe('the name of a type in a definition', () => {
  it('is any of those that DuckDB knows, and means the same, or is said to be a type that cannot be written yet', async () => {
    const known = await db.query<{ name: string }>('SELECT DISTINCT type_name AS name FROM duckdb_types()')
    expect(known.length).toBeGreaterThan(70)
    for (const { name } of known) {
      if (noColumns.has(name)) continue
      if (unwritable.includes(name.toUpperCase())) {
        const refused = db.table('refused', { columns: { c: name } })
        await expect(refused, name).rejects.toThrow(
          expect.objectContaining({
            code: 'PERSIST_SCHEMA_MISMATCH',
            message: expect.stringContaining('cannot be written yet'),
          }),
        )
      } else expect(await typeByDefinition(name), name).toBe(await typeByDuckDB(name))
    }
  })

  it.each([
    ...namesOf(columnTypes).filter((name) => !noColumns.has(name.toLowerCase())),
    'VARCHAR(10)',
    'VARCHAR(0)',
    'CHAR (3)',
    'BPCHAR(3)',
    'CHARACTER  VARYING ( 4 )',
    'NATIONAL CHARACTER VARYING(3)',
    'TEXT(9)',
    'BIT(0)',
    'BIT(3)',
    'BITSTRING (70)',
    'FLOAT(1)',
    'FLOAT(24)',
    'FLOAT(25)',
    'FLOAT(53)',
    ...Array.from({ length: 10 }, (_, digits) => `TIMESTAMP(${digits})`),
    'DATETIME(3)',
    'TIMESTAMP_US(0)',
    'TIMESTAMP(3) WITHOUT TIME ZONE',
    'NUMERIC(5)',
    'DEC(5, 2)',
    'dec',
    'INT[]',
    'int [ 3 ] [ ]',
    'INT ARRAY',
    'INT ARRAY[3]',
    'DOUBLE PRECISION[]',
    'TIMESTAMP WITH TIME ZONE[2]',
    'VARCHAR(10)[]',
    'DECIMAL(4,1)[]',
    'STRUCT(a INT, "B c" STRUCT(d TEXT, "e""f" DATE[]))',
    'ROW(a INT)[]',
    'STRUCT("select" INT, "a,b" VARCHAR, "(" VARCHAR)',
    'MAP(TEXT, INT[])',
    'MAP(STRUCT(a INT), MAP(INT, JSON))',
    'UNION(n INT, s VARCHAR)',
    "STRUCT(e ENUM('a,b', ')', 'it''s'))",
  ])('%s means what it does to DuckDB', async (type) => {
    expect(await typeByDefinition(type)).toBe(await typeByDuckDB(type))
  })

  it.each([
    'BIT VARYING',
    'FLOAT(0)',
    'FLOAT(54)',
    'FLOAT4(3)',
    'REAL(3)',
    'TIMESTAMP(10)',
    'TIMESTAMPTZ(3)',
    'INT(11)',
    'INT[0]',
    'INT[-1]',
    'INT[a]',
    'INT[1,2]',
    'LIST',
    'STRUCT',
    'STRUCT(a INT, A INT)',
    'MAP(INT)',
    'UNION(a INT, a VARCHAR)',
  ])('%s is refused, as by DuckDB', async (type) => {
    await expect(typeByDuckDB(type)).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
    await expect(typeByDefinition(type)).rejects.toThrow(TypeError)
  })

  it('which is of a type that SQL has made is said to have to be spelt out', async () => {
    await db.run("CREATE TYPE mood AS ENUM ('glad', 'sad')")
    await expect(db.table('moods', { columns: { c: 'mood' as string } })).rejects.toThrow(
      /spell its ENUM\('a', 'b'\) out/,
    )
    await db.run('CREATE TABLE moods (c mood)')
    const moods = await db.table('moods')
    expect(await moods.persist([{ c: 'glad' }])).toMatchObject({ inserted: 1 })
  })
})
