import { cpSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DuckDBStorageAdapter, open, type PersistenceService, type Table } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const bom = '\ufeff'
let db: PersistenceService
let airports: Table

beforeAll(async () => {
  db = await open(':memory:')
  airports = (await db.table('airports', {
    columns: { iata: 'VARCHAR NOT NULL', elevation: 'INTEGER', data: 'JSON' },
  })) as never
})
afterAll(() => db.close())

/** The message of what a call rejects with. */
async function messageOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  )
  return error instanceof Error ? error.message : 'nothing'
}

const invisible = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u

describe('an invisible character', () => {
  it('is escaped in the message about a property that no column takes, and not in its name', async () => {
    const receipt = await airports.persist([{ [`${bom}iata`]: 'LHR', iata: 'LHR' }], { onRowError: 'skip' })
    expect(receipt.rejections).toMatchObject([
      { code: 'unknown-column', column: `${bom}iata`, message: 'The table has no column `\\ufeffiata`' },
    ])
  })

  const name = `a${bom}b\n\u202ec\ud800`.replace('\ud800', '')
  const shown = '`a\\ufeffb\\n\\u202ec`'

  it.each<[string, () => Promise<unknown>, string]>([
    ['a value', () => airports.persist([{ iata: 'x', elevation: '\u200b1' }]), "'\\u200b1' (string)"],
    ['a table that is missing', () => db.table(name), `There is no table ${shown}`],
    ['an option', () => airports.persist([], { [name]: 1 } as never), `got ${shown}`],
    ['a definition', () => db.table('t', { [name]: 1 } as never), `got ${shown}`],
    [
      'a column of a definition',
      () => db.table('t', { columns: { [name]: 'x' as string } }),
      `column ${shown}`,
    ],
    ['a type', () => db.table('t', { columns: { a: `${bom}INT x` as string } }), "got '\\ufeffINT x'"],
    ['a key', () => db.table('airports', { key: [name] }), `no column ${shown} for its key`],
    [
      'a table that differs',
      () => db.table('airports', { columns: { [name]: "ENUM('\u200b')" } }),
      `no column ${shown}`,
    ],
    ['a parameter', () => db.query('SELECT $a', { [name]: Symbol('x') as never }), `parameter ${shown}`],
    [
      'a parameter that the statement lacks',
      () => db.query('SELECT $a', { [name]: 1 }),
      'the SQL has no $a\\ufeffb\\n\\u202ec',
    ],
    ['a setting', () => open(':memory:', { config: { [name]: '1' } }), `the setting ${shown}`],
    [
      'a setting of no type',
      () => open(':memory:', { config: { [name]: null as never } }),
      '`config.a\\ufeffb',
    ],
    ['SQL', () => db.query(`SELECT * FROM "a${bom}b"`), 'a\\ufeffb does not exist'],
    ['a path', () => open(join(folder, `${bom}none`, 'x.duckdb')), '\\ufeffnone'],
    [
      'what a getter throws',
      () =>
        airports.persist([
          {
            get iata(): never {
              throw new Error(`${bom}threw\nmore`)
            },
          },
        ]),
      'Reading the row threw \\ufeffthrew',
    ],
    [
      'what toJSON throws',
      () => {
        const toJSON = () => {
          throw new Error(`${bom}threw`)
        }
        return airports.persist([{ iata: 'x', data: { toJSON } }])
      },
      '\\ufeffthrew',
    ],
    [
      'the class of a value',
      () => airports.persist([{ iata: Object.create({ constructor: { name: `${bom}A` } }) }]),
      'got \\ufeffA (object)',
    ],
  ])('is escaped in a message about %s', async (_, call, expected) => {
    const message = await messageOf(call())
    expect(message).toContain(expected)
    expect(message).not.toMatch(invisible)
  })

  it('is escaped in what only the database knows', async () => {
    await db.run(`CREATE TABLE codes ("a${bom}b" VARCHAR UNIQUE CHECK ("a${bom}b" <> 'x'))`)
    const codes = await db.table('codes')
    const rows = ['y\u200b', 'y\u200b', 'x'].map((value) => ({ [`a${bom}b`]: value }))
    const { rejections } = await codes.persist(rows, { onRowError: 'skip' })
    expect(rejections.map(({ message }) => message)).toEqual([
      expect.stringContaining("row 0 of the call has a\\ufeffb: 'y\\u200b' already"),
      expect.stringContaining("a\\ufeffb: 'x' breaks CHECK"),
    ])
    for (const { message, constraint } of rejections) {
      expect(message).not.toMatch(invisible)
      expect(constraint).toContain(bom)
    }
  })

  it('is escaped in what a store says, of its keys and of its table', async () => {
    const store = new DuckDBStorageAdapter({ database: db })
    expect(await messageOf(store.set(`${bom}k`, { [`${bom}a`]: 1n }))).toMatch(
      /'\\ufeffk'.*at `value\["\\ufeffa"\]`/,
    )
    await store.close()
    await db.run(`CREATE TABLE others (key VARCHAR, value JSON, "${bom}x" INT)`)
    const others = new DuckDBStorageAdapter({ database: db, tableName: 'others' })
    expect(await messageOf(others.load())).toContain('`\\ufeffx` is no column of a store')
    await others.close()
  })

  it('and however long a name, or a value, makes a message of no great length', async () => {
    const long = 'x'.repeat(1_000_000)
    const calls = [
      airports.persist([{ [long]: 1 }]),
      airports.persist([{ iata: 'a', elevation: long }]),
      db.table(long),
      db.table('t', { columns: { [long]: long } }),
      db.table('airports', { columns: { iata: `ENUM('${long}')` } }),
      db.query(`SELECT '${long}'::INT`),
      db.query('SELECT 1', { [long]: 1 }),
      airports.persist([], { [long]: 1 } as never),
    ]
    for (const message of await Promise.all(calls.map(messageOf))) {
      expect(message).not.toBe('nothing')
      expect(message.length).toBeLessThan(1500)
    }
  })
})

describe('a table that cannot be created', () => {
  it('is not said to be unreadable', async () => {
    const columns = { id: 'INTERVAL' }
    await expect(db.table('t', { columns, primaryKey: ['id'] })).rejects.toMatchObject({
      code: 'PERSIST_QUERY_FAILED',
      message: expect.stringMatching(/^The table `t` cannot be created: Invalid type Error/),
    })
  })

  it('in a database that is open for reading only says so', async () => {
    const path = newDatabase(folder)
    await (await open(path)).close()
    const reading = await open(path, { readOnly: true })
    await expect(reading.table('t', { columns: { id: 'INT' } })).rejects.toMatchObject({
      code: 'PERSIST_READ_ONLY',
      message: expect.stringMatching(
        /^The table `t` cannot be created: The database is open for reading only/,
      ),
    })
    await reading.close()
  })

  it('because of a view says so', async () => {
    await db.run('CREATE VIEW seen AS SELECT 1 AS id')
    const message = '`seen` is a view, and rows are written to tables'
    expect(await messageOf(db.table('seen', { columns: { id: 'INT' } }))).toBe(message)
  })
})

describe('a misuse', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['SQL without a statement', () => db.query('-- nothing'), 'The SQL has no statement'],
    [
      'a parameter of another name',
      () => db.query('SELECT $a', { b: 1 }),
      'the SQL has no $b, and $a has no value',
    ],
    [
      'a signal in place of the options',
      () => airports.persist([], AbortSignal.abort() as never),
      'AbortSignal',
    ],
    ['columns in an array', () => db.table('t', { columns: ['a INT'] as never }), 'got Array'],
    ['the name of a schema', () => db.table('main.t'), 'no table `main.t` in the schema main'],
    [
      'a store of what is no iterable',
      () => storeOf((store) => store.setMany({ a: 1 } as never)),
      'got Object',
    ],
    ['keys in a string', () => storeOf((store) => store.getMany('ab')), "got 'ab'"],
    ['an entry that is none', () => storeOf((store) => store.setMany(['ab'] as never)), "got 'ab'"],
    [
      'a view in place of a store',
      () => storeOf((store) => store.load(), 'viewed'),
      'it is a view of others',
    ],
  ])('by %s is told what it is', async (_, call, expected) => {
    expect(await messageOf(call())).toContain(expected)
  })

  async function storeOf(work: (store: DuckDBStorageAdapter) => Promise<unknown>, tableName = 'storage') {
    await db.run('CREATE OR REPLACE VIEW viewed AS SELECT 1 AS id')
    await using store = new DuckDBStorageAdapter({ database: db, tableName })
    return await work(store)
  }
})

describe('a store', () => {
  it('on a service of another copy of the module is told so, and one on a promise of a service, too', async () => {
    // A package of its own, with the same dependencies.
    cpSync('dist', join(folder, 'copy', 'dist'), { recursive: true })
    cpSync('package.json', join(folder, 'copy', 'package.json'))
    symlinkSync(resolve('node_modules'), join(folder, 'copy', 'node_modules'))
    const copy: typeof import('duckpaddle') = await import(
      pathToFileURL(join(folder, 'copy', 'dist', 'main', 'index.js')).href
    )
    await using other = await copy.open(':memory:')
    const database = other as never
    expect(() => new DuckDBStorageAdapter({ database })).toThrow(/got one of another copy of duckpaddle/)
    expect(() => new DuckDBStorageAdapter({ database })).toThrow(TypeError)
    await using store = new copy.DuckDBStorageAdapter({ database: other })
    await store.set('a', 1)
    const promised = Promise.resolve(db) as never
    expect(() => new DuckDBStorageAdapter({ database: promised })).toThrow(/got a Promise: await it first/)
  })
})
