import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

/** U+FEFF: a byte order mark to programs that look for one, and in a value a character like any other. */
const mark = '\ufeff'

const folder = temporaryFolder()

it('reads a leading U+FEFF in every kind of value, at every level, and in names', async () => {
  await using db = await open(':memory:')
  const [row] = await db.query(
    `SELECT '${mark}short' AS "${mark}name", '${mark}' || repeat('long', 100) AS long, '${mark}' AS alone,
     '${mark}${mark}twice' AS twice, ['${mark}a', NULL] AS list, ['${mark}b']::VARCHAR[1] AS array,
     {'${mark}field': {'inner': ['${mark}c']}} AS struct, MAP {'${mark}k': '${mark}v', 'k': 'v'} AS map,
     '${mark}m'::ENUM('m', '${mark}m') AS enum, '{"${mark}p": "${mark}q"}'::JSON AS json,
     union_value("${mark}tag" := '${mark}u') AS "union", ['${mark}w']::VARIANT AS variant,
     '${mark}{}' AS "notJson"`,
  )
  expect(row).toEqual({
    [`${mark}name`]: `${mark}short`,
    long: mark + 'long'.repeat(100),
    alone: mark,
    twice: `${mark}${mark}twice`,
    list: [`${mark}a`, null],
    array: [`${mark}b`],
    struct: { [`${mark}field`]: { inner: [`${mark}c`] } },
    map: [
      { key: `${mark}k`, value: `${mark}v` },
      { key: 'k', value: 'v' },
    ],
    enum: `${mark}m`,
    json: { [`${mark}p`]: `${mark}q` },
    union: { [`${mark}tag`]: `${mark}u` },
    variant: [`${mark}w`],
    notJson: `${mark}{}`,
  })
})

it('passes a leading U+FEFF of a parameter and of its name on', async () => {
  await using db = await open(':memory:')
  const sql = 'SELECT ? AS value, length(?::VARCHAR)::INTEGER AS units, ? = chr(65279) AS "isMark"'
  expect(await db.query(sql, [`${mark}p`, `${mark}p`, mark])).toEqual([
    { value: `${mark}p`, units: 2, isMark: true },
  ])
  const error = await db.query(`SELECT "${mark}none" FROM range(1)`).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  expect(error.cause.message).toContain(`"${mark}none"`)
})

it('keeps tables, columns, members of an ENUM, defaults and constraints apart that differ by U+FEFF', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  try {
    await db.run(`CREATE TABLE "${mark}t" ("${mark}id" VARCHAR PRIMARY KEY, id VARCHAR DEFAULT '${mark}none',
      kind ENUM('m', '${mark}m'), CHECK ("${mark}id" <> '${mark}bad'))`)
    await db.run('CREATE TABLE t (other INTEGER)')
    const table = await db.table(`${mark}t`)
    expect(table.columns.map(({ name }) => name)).toEqual([`${mark}id`, 'id', 'kind'])
    expect(table.columns[2]?.type).toEqual({ name: 'ENUM', members: ['m', `${mark}m`] })
    const rows = [
      { [`${mark}id`]: 'user', id: `${mark}x`, kind: `${mark}m` },
      { [`${mark}id`]: `${mark}user`, kind: 'm' },
      { [`${mark}id`]: `${mark}bad`, kind: 'm' },
      { [`${mark}id`]: `${mark}user`, id: `${mark}again`, kind: `${mark}m` },
    ]
    const { rejections } = await table.persist(rows, { onRowError: 'skip' })
    expect(rejections.map(({ code, row }) => [code, row])).toEqual([
      ['check', rows[2]],
      ['duplicate-key', rows[3]],
    ])
    expect(rejections[0]?.message).toContain("'\\ufeffbad'")
    expect(rejections[1]?.key).toEqual({ [`${mark}id`]: `${mark}user` })
  } finally {
    await db.close()
  }
  const hex = `SELECT hex("${mark}id") AS key, hex(id) AS id, kind = 'm' AS "isPlain" FROM "${mark}t" ORDER BY rowid`
  expect(await readDatabase(path, hex)).toEqual([
    { key: '75736572', id: 'EFBBBF78', isPlain: false },
    { key: 'EFBBBF75736572', id: 'EFBBBF6E6F6E65', isPlain: true },
  ])
})

it('keeps two keys of a store apart that differ by U+FEFF', async () => {
  const database = newDatabase(folder)
  const entries = [
    ['user', 1],
    [`${mark}user`, { name: `${mark}Ada` }],
    [mark, `${mark}`],
  ] as const
  await using store = new DuckDBStorageAdapter<unknown>({ database, tableName: 'kept' })
  for (const [key, value] of entries) await store.set(key, value)
  await store.close()
  await using again = new DuckDBStorageAdapter<unknown>({ database, tableName: 'kept' })
  const read = new Map<string, unknown>()
  for await (const [key, value] of again) read.set(key, value)
  expect(read).toEqual(new Map<string, unknown>(entries))
})
