import { DuckDBStorageAdapter, type PersistenceService } from 'duckpaddle'
import { expect } from 'vitest'
import { createTableSql, type Feature } from '../../support/test-engine.js'
import { type Catalog, newTable } from './engines.js'

export interface Attempt {
  /** Tries something; it can be done where this resolves. */
  run(db: PersistenceService, catalog: Catalog): Promise<unknown>
  /** What it rejects with where it cannot be done. */
  readonly refusal?: { readonly code?: unknown; readonly message: unknown }
}

const read = (db: PersistenceService, sql: string) => db.query(sql, [], { bigints: 'number' })
const says = (pattern: RegExp) => expect.stringMatching(pattern)

/** Makes a table by SQL, and persists rows to it. */
function makeTable(sql: string, rows: readonly object[], expected: object, name = newTable()) {
  return async (db: PersistenceService, catalog: Catalog) => {
    await db.run(createTableSql(catalog, name, sql))
    const table = await db.table(name, catalog.table)
    const receipt = await table.persist(rows as never, { onRowError: 'skip' })
    expect(receipt).toMatchObject(expected)
    return { name, table }
  }
}

/** Of each thing that an engine may not have, how one tries it. */
export const attempts: Readonly<Record<Exclude<Feature, `type ${string}`>, Attempt>> = {
  '`primaryKey`': {
    run: (db, catalog) =>
      db.table(newTable(), { ...catalog.table, columns: { id: 'BIGINT' }, primaryKey: ['id'] }),
    refusal: { code: 'PERSIST_SCHEMA_MISMATCH', message: says(/cannot have a `primaryKey`/) },
  },
  'PRIMARY KEY, UNIQUE': {
    run: makeTable(
      'id BIGINT PRIMARY KEY, u BIGINT UNIQUE',
      [
        { id: 1, u: 1 },
        { id: 1, u: 2 },
        { id: 2, u: 1 },
      ],
      {
        inserted: 1,
        rejections: [{ code: 'duplicate-key' }, { code: 'unique' }],
      },
    ),
    refusal: {
      code: says(/^PERSIST_(QUERY|WRITE)_FAILED$/),
      message: says(/constraints are not supported|UNIQUE constraint (violation|failed)|Duplicate entry/),
    },
  },
  'verdict on a CHECK': {
    run: makeTable('id BIGINT CHECK (id > 0)', [{ id: -1 }], { rejections: [{ code: 'check' }] }),
    refusal: {
      code: says(/^PERSIST_(QUERY|WRITE)_FAILED$/),
      message: says(
        /constraints are not supported|CHECK constraint failed|violates check constraint|CONSTRAINT `.*` failed/,
      ),
    },
  },
  'FOREIGN KEY': {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT PRIMARY KEY', [{ id: 1 }], {})(db, catalog)
      const child = newTable()
      const orphan = { rejections: [{ code: 'foreign-key' }] }
      const rows = [{ p: 1 }, { p: 2 }]
      try {
        await makeTable(`p BIGINT REFERENCES ${name} (id)`, rows, orphan, child)(db, catalog)
      } finally {
        // A Quack server that has one can be attached by nobody.
        await db.run(`DROP TABLE IF EXISTS ${catalog.name(child)}`)
      }
    },
    // SQLite takes the orphan.
    refusal: { message: says(/constraints are not supported|foreign key|inserted: 2/i) },
  },
  DEFAULT: {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT, n BIGINT DEFAULT 7', [{ id: 1, n: 1 }, { id: 2 }], {
        inserted: 2,
      })(db, catalog)
      const rows = await read(db, `SELECT id, n FROM ${catalog.name(name)} ORDER BY id`)
      expect(rows).toEqual([
        { id: 1, n: 1 },
        { id: 2, n: 7 },
      ])
    },
    refusal: { code: 'no', message: says(/./) },
  },
  'known DEFAULTs': {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT DEFAULT 7', [], {})(db, catalog)
      const table = await db.table(name, { ...catalog.table, key: ['id'] } as never)
      await table.persist([{}, { id: 7 }] as never, { onConflict: 'update' } as never)
      expect(await read(db, `FROM ${catalog.name(name)}`)).toEqual([{ id: 7 }])
    },
    refusal: { code: 'PERSIST_ROW_REJECTED', message: says(/expected a value, got undefined/) },
  },
  ALTER: {
    run: async (db, catalog) => {
      const { name, table } = await makeTable('id BIGINT', [{ id: 1 }], {})(db, catalog)
      await db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 2 }])
        await tx.run(`ALTER TABLE ${catalog.name(name)} ADD COLUMN more BIGINT`)
      })
      await db.run(`ALTER TABLE ${catalog.name(name)} RENAME id TO key`)
      await db.run(`ALTER TABLE ${catalog.name(name)} ALTER more TYPE VARCHAR`)
      const again = await db.table(name, catalog.table)
      await again.persist([{ key: 3, more: '1' }] as never)
      expect(await read(db, `FROM ${catalog.name(name)} ORDER BY key`)).toEqual([
        { key: 1, more: null },
        { key: 2, more: null },
        { key: 3, more: '1' },
      ])
    },
    refusal: { code: 'PERSIST_QUERY_FAILED', message: says(/./) },
  },
  'UPDATE, DELETE': {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT', [{ id: 1 }, { id: 2 }], {})(db, catalog)
      await db.run(`UPDATE ${catalog.name(name)} SET id = 3 WHERE id = 1`)
      await db.run(`DELETE FROM ${catalog.name(name)} WHERE id = 2`)
      expect(await read(db, `FROM ${catalog.name(name)}`)).toEqual([{ id: 3 }])
    },
    refusal: { code: 'PERSIST_QUERY_FAILED', message: says(/./) },
  },
  rowid: {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT', [{ id: 1 }], {})(db, catalog)
      expect(await read(db, `SELECT rowid IS NULL AS "isNull" FROM ${catalog.name(name)}`)).toEqual([
        { isNull: false },
      ])
    },
    refusal: { message: says(/rowid|isNull/) },
  },
  'generated columns': {
    run: makeTable('id BIGINT, twice BIGINT AS (2 * id)', [{ id: 1 }], { inserted: 1 }),
    refusal: {
      code: 'PERSIST_QUERY_FAILED',
      message: says(/generated columns|syntax error|error in your SQL syntax/),
    },
  },
  indexes: {
    run: async (db, catalog) => {
      const { name, table } = await makeTable('id BIGINT, a VARCHAR', [{ id: 1, a: 'x' }], {})(db, catalog)
      await db.run(`CREATE UNIQUE INDEX index_of_${name} ON ${catalog.name(name)} (lower(a))`)
      if (catalog.refresh !== undefined) await db.run(catalog.refresh)
      const again = await db.table(table.name, catalog.table)
      const receipt = await again.persist([{ id: 2, a: 'X' }], { onRowError: 'skip' })
      expect(receipt).toMatchObject({ rejections: [{ code: 'unique' }] })
    },
    refusal: {
      code: says(/^PERSIST_(QUERY|WRITE)_FAILED$/),
      message: says(/index|unique constraint|Schema with name ""/i),
    },
  },
  sequences: {
    run: (db, catalog) => db.run(`CREATE SEQUENCE ${catalog.name(`sequence_of_${newTable()}`)}`),
    refusal: { code: 'PERSIST_QUERY_FAILED', message: says(/sequence/i) },
  },
  collations: {
    run: async (db, catalog) => {
      const { name } = await makeTable('t VARCHAR COLLATE NOCASE', [{ t: 'a' }], { inserted: 1 })(db, catalog)
      expect(await read(db, `SELECT t FROM ${catalog.name(name)} WHERE t = 'A'`)).toEqual([{ t: 'a' }])
    },
    refusal: { message: says(/collation|to deeply equal/i) },
  },
  'calls side by side': {
    run: async (db, catalog) => {
      const table = await db.table(newTable(), { ...catalog.table, columns: { id: 'BIGINT' } })
      const stream = table.createWriteStream({ atomic: true })
      stream.write({ id: 1 })
      try {
        await table.persist([{ id: 2 }], { signal: AbortSignal.timeout(1000) })
      } finally {
        stream.destroy()
      }
    },
    refusal: { code: 'PERSIST_ABORTED', message: says(/./) },
  },
  RETURNING: {
    run: async (db, catalog) => {
      const { name } = await makeTable('id BIGINT', [], {})(db, catalog)
      const sql = `INSERT INTO ${catalog.name(name)} VALUES (1) RETURNING id`
      expect(await read(db, sql)).toEqual([{ id: 1 }])
    },
    refusal: { code: 'PERSIST_QUERY_FAILED', message: says(/RETURNING/i) },
  },
  'a store': {
    run: async (db, catalog) => {
      if (catalog.table.catalog !== undefined) throw new Error('A store is in the database that was opened')
      const store = new DuckDBStorageAdapter({ database: db, tableName: newTable() })
      await store.set('a', 1)
      await store.close()
    },
    refusal: { message: says(/./) },
  },
  'nested types': {
    run: async (db, catalog) => {
      const name = newTable()
      const columns = { id: 'BIGINT', v: 'STRUCT(a INTEGER, b VARCHAR[])' } as const
      const table = await db.table(name, { ...catalog.table, columns })
      await table.persist([{ id: 1, v: { a: 1, b: ['x', null] } }])
      expect(await read(db, `SELECT v FROM ${catalog.name(name)}`)).toEqual([{ v: { a: 1, b: ['x', null] } }])
    },
    refusal: { code: says(/^PERSIST_(QUERY_FAILED|SCHEMA_MISMATCH)$/), message: says(/./) },
  },
  'NUL in a text': {
    run: makeTable('t VARCHAR', [{ t: 'a\0b' }], { inserted: 1 }),
    refusal: { code: 'PERSIST_WRITE_FAILED', message: says(/NULL-byte/) },
  },
  'NUL in a key': {
    run: async (db, catalog) => {
      const columns = { t: 'VARCHAR' } as const
      const table = await db.table(newTable(), { ...catalog.table, columns, key: ['t'] })
      await table.persist([{ t: 'a\0b' }])
      expect(await table.persist([{ t: 'a\0b' }], { onConflict: 'ignore' })).toMatchObject({ ignored: 1 })
    },
    refusal: { code: 'PERSIST_WRITE_FAILED', message: says(/NULL-byte|unterminated quoted string/) },
  },
  'all times': {
    run: async (db, catalog) => {
      const table = await db.table(newTable(), { ...catalog.table, columns: { t: 'TIMESTAMP' } })
      const rows = [{ t: new Date(-8.64e15) }, { t: 'infinity' }]
      await table.persist(rows)
      const sql = `SELECT min(t) AS t, count(*) AS n FROM ${catalog.name(table.name)}`
      expect(await read(db, sql)).toEqual([{ ...rows[0], n: 2 }])
    },
    refusal: { message: says(/./) },
  },
}

/** Of each type that an engine may not have, one that a column may be of. */
export const types = [
  ...[
    'BOOLEAN',
    'TINYINT',
    'SMALLINT',
    'INTEGER',
    'BIGINT',
    'HUGEINT',
    'FLOAT',
    'DOUBLE',
    'DECIMAL',
    'VARCHAR',
  ],
  ...['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT', 'JSON', 'BLOB', 'BIT', 'UUID', 'BIGNUM'],
  ...['DATE', 'TIME', 'TIMETZ', 'TIME_NS', 'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'],
  ...['TIMESTAMPTZ', 'INTERVAL', 'ENUM', 'LIST', 'ARRAY', 'STRUCT', 'MAP', 'UNION'],
] as const

const examples: Readonly<Record<string, string>> = {
  DECIMAL: 'DECIMAL(38,10)',
  ENUM: "ENUM('a')",
  LIST: 'INTEGER[]',
  ARRAY: 'INTEGER[2]',
  STRUCT: 'STRUCT(a INTEGER)',
  MAP: 'MAP(VARCHAR, INTEGER)',
  UNION: 'UNION(a INTEGER)',
}

/** Of types that an engine may have in part: the least and the greatest value. */
const extremesOf: Readonly<Record<string, readonly [unknown, unknown]>> = {
  HUGEINT: [-(2n ** 127n), 2n ** 127n - 1n],
  UHUGEINT: [0n, 2n ** 128n - 1n],
  INTERVAL: [
    { months: -1, days: -1, micros: -1n },
    { months: 1, days: 1, micros: 1n },
  ],
}

export function attemptAt(feature: Feature): Attempt {
  const [, type] = /^type (.*)/.exec(feature) ?? []
  if (type === undefined) return attempts[feature as keyof typeof attempts]
  return {
    run: async (db, catalog) => {
      const columns = { v: (examples[type] ?? type) as 'HUGEINT' }
      const table = await db.table(newTable(), { ...catalog.table, columns })
      const extremes = extremesOf[type]
      if (extremes === undefined) return
      // A lake has few rows in its catalog, and more of them in Parquet files.
      const rows = Array.from({ length: 100 }, (_, index) => ({ v: extremes[index % 2] as bigint }))
      await table.persist(rows)
      const read = await db.query(`SELECT DISTINCT v FROM ${catalog.name(table.name)} ORDER BY v`)
      expect(read).toEqual(extremes.map((v) => ({ v })))
    },
    refusal: {
      code: says(/^PERSIST_(QUERY_FAILED|SCHEMA_MISMATCH|ROW_REJECTED|WRITE_FAILED)$/),
      message: says(/cannot be created|is not as it is defined|CHECK|do not support negative intervals/),
    },
  }
}
