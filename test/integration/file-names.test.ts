import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBStorageAdapter } from 'duckpaddle'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const store = new DuckDBStorageAdapter({ database: ':memory:' })
const other = new DuckDBStorageAdapter({ database: ':memory:' })

const decoyFile = join(folder, 'decoy.parquet')

beforeAll(async () => {
  await store.set('own', 1)
  await readDatabase(
    ':memory:',
    `COPY (SELECT 'decoy' AS key, '0' AS value) TO '${decoyFile}' (FORMAT parquet)`,
  )
})
afterAll(() => Promise.all([store.close(), other.close()]))

/** Names that a pattern would find instead, or as well. */
const decoys = ['a1.parquet', 'ab.parquet', 'axb.parquet', 'a[b.parquet', 'a]b.parquet', 'a.parquet']

const names = [
  ...[
    'a[1].parquet',
    'a*.parquet',
    'a?.parquet',
    'a**.parquet',
    '[!a].parquet',
    '[[]].parquet',
    'a{1,b}.parquet',
  ],
  ...[
    'a\\b.parquet',
    'a\\b[1].parquet',
    'a\\[1].parquet',
    '\\',
    "it's.parquet",
    '"quoted".parquet',
    ' .parquet',
  ],
  ...[
    'ünï 🦆.parquet',
    'a%20b.parquet',
    'key=2024.parquet',
    '~',
    '-',
    '$HOME.parquet',
    'a;b--.parquet',
    'a\nb.parquet',
  ],
  ...[
    's3:x.parquet',
    'file:x.parquet',
    'http:x',
    'md:x',
    ':memory:',
    'x.csv',
    'x.parquet.gz',
    'no-extension',
    '.hidden',
  ],
  ...[
    'key=2024/value=9/f.parquet',
    '[d]/*/f?.parquet',
    '**/x.parquet',
    's3:/bucket/x.parquet',
    'a\\[d]/w[ir]d *?{}\'"ü=%.parquet',
  ],
]

it.each(names)('%j is the name of one file', async (name) => {
  const at = mkdtempSync(join(folder, 'x'))
  const file = join(at, name)
  mkdirSync(join(file, '..'), { recursive: true })
  for (const decoy of decoys) copyFileSync(decoyFile, join(file, '..', decoy))
  expect(await store.exportParquet(file)).toBe(1)
  expect(readdirSync(join(file, '..')).sort()).toEqual(
    [...new Set([...decoys, file.slice(file.lastIndexOf('/') + 1)])].sort(),
  )
  await other.clear()
  expect(await other.importParquet(file)).toEqual({ entries: 1, unreadable: [] })
  expect([...(await other.getMany(['own', 'decoy', '2024']))]).toEqual([['own', 1]])
})

it('a name that is relative is one in the folder of the process', async () => {
  const at = mkdtempSync('names-')
  onTestFinished(() => rmSync(at, { recursive: true }))
  const file = `${at}/a[1].parquet`
  expect(await store.exportParquet(file)).toBe(1)
  expect(await other.importParquet(`./${file}`)).toEqual({ entries: 1, unreadable: [] })
})

it('what is no file is refused, and nothing is made', async () => {
  const refused = { code: 'PERSIST_QUERY_FAILED' }
  const at = mkdtempSync(join(folder, 'x'))
  mkdirSync(join(at, 'd'))
  await store.exportParquet(join(at, 'd', 'x.parquet'))
  execFileSync('mkfifo', [join(at, 'pipe')])
  for (const name of ['d', 'd/', 'd/.', 'pipe', '.']) {
    await expect(store.exportParquet(join(at, name)), name).rejects.toMatchObject(refused)
    await expect(store.importParquet(join(at, name)), name).rejects.toMatchObject(refused)
  }
  for (const name of ['missing', 'missing[1]', 'missing/', 'missing/x', '*', 'd/*.parquet', 'd/x.parquet/']) {
    await expect(store.importParquet(join(at, name)), name).rejects.toMatchObject(refused)
  }
  await expect(store.exportParquet(join(at, 'missing/'))).rejects.toMatchObject(refused)
  await expect(store.exportParquet(join(at, 'missing/x'))).rejects.toMatchObject(refused)
  expect(readdirSync(at).sort()).toEqual(['d', 'pipe'])
  expect(readdirSync(join(at, 'd'))).toEqual(['x.parquet'])
})

it.each([
  's3://bucket/x.parquet',
  'https://example.org/x.parquet',
  'file:///tmp/x.parquet',
  '',
  'a\0b',
  '\ud800',
])('%j is no path', async (name) => {
  await expect(store.exportParquet(name)).rejects.toThrow(TypeError)
  await expect(store.importParquet(name)).rejects.toThrow(TypeError)
  expect(existsSync('s3:')).toBe(false)
})

it('a database that is open is not read as a Parquet file', async () => {
  const database = join(folder, 'open.db')
  const holder = new DuckDBStorageAdapter({ database })
  await holder.set('a', 1)
  await holder.persist()
  for (const reader of [holder, other]) {
    await expect(reader.importParquet(database)).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
  }
  await holder.close()
})
