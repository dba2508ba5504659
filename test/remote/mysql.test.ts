import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { newTable } from './support/engines.js'
import { failureOf } from './support/failure-of.js'
import { withMariadbSetting } from './support/mariadb.js'
import { database, db, onServer, options, place } from './support/mysql-service.js'

/** Texts that MySQL takes for another, or for SQL. */
const hostile = ['a', 'A', 'ä', 'a ', 'a\\b', "\\') OR 1=1 -- ", "\\'", "''", '🦆', 'a\0b', '', '%', '`']

describe('types', () => {
  it('has tables whose columns keep what they are given', async () => {
    const columns = {
      ...{ id: 'BIGINT NOT NULL', t: 'VARCHAR', b: 'BLOB', at: 'TIMESTAMP', day: 'DATE', yes: 'BOOLEAN' },
      ...{ d: 'DOUBLE', f: 'FLOAT', n: 'DECIMAL(20,4)', u: 'UBIGINT' },
    } as const
    const table = await db.table(newTable(), { columns, key: ['id'] })
    const row = {
      ...{ id: 1n, t: 'ü\\🦆'.repeat(20_000), b: new Uint8Array([0, 92, 39, 255]), at: new Date(1.7e12 + 1) },
      ...{
        day: new Date(Date.UTC(1, 1, 28)),
        yes: false,
        d: 5e-324,
        f: Math.fround(0.1),
        n: '-123456789.0001',
      },
      u: 2n ** 64n - 1n,
    }
    await table.persist([row, { id: 2 }])
    const other = {
      ...row,
      yes: true,
      d: Number.MAX_VALUE,
      f: -1e-45,
      at: new Date(1.7e12),
      n: '0.0000',
      u: 0n,
    }
    const rest = Object.fromEntries(Object.keys(columns).map((name) => [name, null]))
    expect(await db.query(`FROM ${table.name} ORDER BY id`)).toEqual([row, { ...rest, id: 2n }])
    await table.persist([other, { ...other, id: 2 }], { onConflict: 'update' })
    expect(await db.query(`FROM ${table.name} ORDER BY id`)).toEqual([
      { ...other, f: Math.fround(-1e-45) },
      { ...other, f: Math.fround(-1e-45), id: 2n },
    ])
  })

  it('creates no table that would have other types than its definition', async () => {
    const name = newTable()
    const made = db.table(name, { columns: { id: 'BIGINT', at: 'TIMESTAMPTZ', tags: 'VARCHAR[]' } })
    await expect(made).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
      message: expect.stringContaining('`at` cannot be TIMESTAMPTZ; `tags` cannot be VARCHAR[]'),
    })
    await expect(db.table(name)).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
  })

  it('rejects what would be stored as another value', async () => {
    const name = newTable()
    await onServer(
      `CREATE TABLE ${name} (id BIGINT, d DOUBLE, f FLOAT, at DATETIME, tenth DATETIME(1), day DATE)`,
    )
    const table = await db.table(name)
    const [early, late] = [-1, 10_000].map((year) => new Date(new Date(0).setUTCFullYear(year)))
    const rows = [
      ...[{ d: NaN }, { d: -Infinity }, { f: Infinity }, { at: new Date(1.7e12 + 1) }],
      ...[{ tenth: new Date(1.7e12 + 10) }, { at: 'infinity' }, { at: late }, { day: early }],
      { at: new Date(1.7e12), tenth: new Date(1.7e12 + 100), day: '9999-12-31' },
    ]
    const { inserted, rejections } = await table.persist(rows as never, { onRowError: 'skip' })
    expect(rejections.map(({ index, code }) => [index, code])).toEqual(
      rows.slice(0, -1).map((_, index) => [index, 'check']),
    )
    expect(inserted).toBe(1)
    expect(await db.query(`SELECT "at"::VARCHAR AS "at", tenth::VARCHAR AS tenth FROM ${name}`)).toEqual([
      { at: '2023-11-14 22:13:20', tenth: '2023-11-14 22:13:20.1' },
    ])
  })

  it('takes no table of a server that changes values as it likes', async () => {
    const name = newTable()
    await onServer(`CREATE TABLE ${name} (id BIGINT)`)
    await withMariadbSetting('sql_mode', "''", async () => {
      const lax = await open(place, options)
      await expect(lax.table(name)).rejects.toMatchObject({
        code: 'PERSIST_SCHEMA_MISMATCH',
        message: expect.stringContaining('STRICT_TRANS_TABLES'),
      })
      await lax.close()
    })
  })
})

describe('texts', () => {
  it('are told apart as by DuckDB, by a `key` too, whatever the collation', async () => {
    const name = newTable()
    await onServer(`CREATE TABLE ${name} (t VARCHAR(40) COLLATE utf8mb4_general_ci, n BIGINT, INDEX (t))`)
    const table = await db.table(name, { columns: { t: 'VARCHAR', n: 'BIGINT' }, key: ['t'] })
    await table.persist(hostile.map((t, n) => ({ t, n })))
    await table.persist(
      [
        { t: 'A', n: 100 },
        { t: "\\') OR 1=1 -- ", n: 200 },
      ],
      { onConflict: 'update' },
    )
    expect(
      await table.persist(
        hostile.map((t) => ({ t })),
        { onConflict: 'ignore' },
      ),
    ).toMatchObject({
      ignored: hostile.length,
    })
    const expected = hostile.map((t, n) => ({ t, n: n === 1 ? 100n : n === 5 ? 200n : BigInt(n) }))
    expected.sort((left, right) => Number(left.n - right.n))
    expect(await db.query(`FROM ${name} ORDER BY n`)).toEqual(expected)
    for (const row of expected) expect(await db.query(`FROM ${name} WHERE t = $1`, [row.t])).toEqual([row])
    expect(await db.query(`SELECT min(t) AS t FROM ${name} WHERE t > 'A'`)).toEqual([{ t: "\\'" }])
  })

  it('with a backslash are none for an UPDATE or DELETE, which would take them for SQL', async () => {
    const table = await db.table(newTable(), { columns: { t: 'VARCHAR', n: 'BIGINT' } })
    await table.persist(hostile.map((t, n) => ({ t, n })))
    for (const [sql, ...values] of [
      [`DELETE FROM ${table.name} WHERE t = $1`, "\\') OR 1=1 -- "],
      [`UPDATE ${table.name} SET t = $1`, '\\'],
      [`DELETE FROM ${table.name} WHERE t IN ('\\')`],
      [`EXPLAIN ANALYZE DELETE FROM ${table.name} WHERE t = 'a\\'`],
    ] as const) {
      await expect(db.run(sql, values)).rejects.toMatchObject({
        code: 'PERSIST_QUERY_FAILED',
        message: expect.stringContaining('no backslash'),
      })
    }
    await db.run(`DELETE FROM ${table.name} WHERE n > 1`)
    await db.run(`UPDATE ${table.name} SET n = 7 WHERE t = $1`, ['A'])
    expect(await db.query(`FROM ${table.name} ORDER BY n`)).toEqual([
      { t: 'a', n: 0n },
      { t: 'A', n: 7n },
    ])
  })

  it('are what the server is asked for, as parameters of SQL of its own', async () => {
    const table = await db.table(newTable(), { columns: { t: 'VARCHAR', n: 'BIGINT' } })
    await table.persist(hostile.map((t, n) => ({ t, n })))
    const t = "\\') OR 1=1 -- "
    const select = `FROM mysql_query('mysql', 'SELECT n FROM ${table.name} WHERE t = ?', params := row($1))`
    expect(await db.query(select, [t])).toEqual([{ n: 5n }])
    await db.run(`CALL mysql_execute('mysql', 'DELETE FROM ${table.name} WHERE t = ?', params := row($1))`, [
      t,
    ])
    expect(await db.query(`SELECT count(*) AS n FROM ${table.name}`)).toEqual([
      { n: BigInt(hostile.length - 1) },
    ])
  })

  it('are safe in a catalog that `init` attaches, too', async () => {
    const name = newTable()
    const url = place.slice('mysql:'.length)
    const own = await open(':memory:', { ...options, init: `ATTACH '${url}' AS shop (TYPE mysql)` })
    const table = await own.table(name, {
      catalog: 'shop',
      schema: database,
      columns: { t: 'VARCHAR' },
      key: ['t'],
    })
    await table.persist(hostile.map((t) => ({ t })))
    const found = await own.query(`SELECT t FROM shop.${database}.${name} WHERE t = $1`, ["\\') OR 1=1 -- "])
    expect(found).toEqual([{ t: "\\') OR 1=1 -- " }])
    await own.close()
  })
})

describe('tables of other programs', () => {
  it('give their DEFAULTs and numbers, and have what they refuse fail the call', async () => {
    const name = newTable()
    await onServer(`CREATE TABLE ${name} (id BIGINT PRIMARY KEY AUTO_INCREMENT, n INT NOT NULL DEFAULT 7, t VARCHAR(20) UNIQUE,
      twice BIGINT AS (2 * n), CHECK (n > 0))`)
    const table = await db.table(name)
    expect(table.columns.map(({ name, notNull, hasDefault }) => [name, notNull, hasDefault])).toEqual([
      ['id', true, true],
      ['n', true, true],
      ['t', false, false],
    ])
    await expect(db.run(`INSERT INTO ${name} DEFAULT VALUES`)).rejects.toThrow(/persist\(\[\{\}\]\)/)
    await table.persist([{ t: 'x' }, {}, { id: 10, n: 1 }] as never)
    for (const row of [{ n: -1 }, { t: 'x' }, { t: 'x'.repeat(21) }]) {
      const error = await failureOf(table.persist([{ t: 'y' }, row] as never))
      expect(error).toMatchObject({
        code: 'PERSIST_WRITE_FAILED',
        message: expect.stringMatching(/: (CONSTRAINT|Duplicate entry|Data too long)/),
      })
    }
    expect(await db.query(`FROM ${name} ORDER BY id`)).toEqual([
      { id: 1n, n: 7, t: 'x', twice: 14n },
      { id: 2n, n: 7, t: null, twice: 14n },
      { id: 10n, n: 1, t: null, twice: 2n },
    ])
  })

  it('have their rows updated in place, so that those of others stay', async () => {
    const [parent, child] = [newTable(), newTable()]
    await onServer(`CREATE TABLE ${parent} (id BIGINT PRIMARY KEY, n BIGINT, wide DECIMAL(60,30));
      CREATE TABLE ${child} (p BIGINT, FOREIGN KEY (p) REFERENCES ${parent} (id) ON DELETE CASCADE);
      INSERT INTO ${parent} VALUES (1, 1, 0.123456789012345678901234567890), (2, 2, NULL);
      INSERT INTO ${child} VALUES (1), (2)`)
    const table = await db.table(parent, { key: ['id'] } as never)
    const rows = Array.from({ length: 1500 }, (_, id) => ({ id: id + 1, n: id }))
    expect(await table.persist(rows as never, { onConflict: 'update' } as never)).toMatchObject({
      inserted: 1498,
      updated: 2,
    })
    const again = rows.map(({ id, n }) => ({ id, n: n + 10 }))
    expect(await table.persist(again as never, { onConflict: 'update' } as never)).toMatchObject({
      updated: 1500,
    })
    const [counts] = await db.query(
      `SELECT count(*) AS rows, count_if(n <> id + 9) AS wrong, (SELECT count(*) FROM ${child}) AS children FROM ${parent}`,
    )
    expect(counts).toEqual({ rows: 1500n, wrong: 0n, children: 2n })
    expect(await onServer(`SELECT wide FROM ${parent} WHERE id = 1`)).toContain(
      '0.123456789012345678901234567890',
    )
  })
})
