import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contents, numbered } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const folder = temporaryFolder()
const stores = new TestStores(folder)

/** Makes a Parquet file. */
async function writeFile(select: string, file: string): Promise<void> {
  await stores.service.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`)
}

describe('a Parquet file', () => {
  it.each(['plain.parquet', `it's "quoted", ü.parquet`, 'a*b?.parquet'])(
    'named %s has all entries, and gives them to another store',
    async (name) => {
      const file = join(folder, name)
      const store = stores.create()
      await store.setMany(numbered(2000))
      await store.set('null', null)
      await store.set('text', 'a\0b')
      expect(await store.exportParquet(file)).toBe(2002)
      const other = stores.create()
      await other.set('k0', 'overwritten')
      await other.set('own', 1)
      expect(await other.importParquet(file)).toEqual({ entries: 2002, unreadable: [] })
      expect(await contents(other)).toEqual({ ...(await contents(store)), own: 1 })
      expect(await stores.querySaved(other)).toEqual(await contents(other))
    },
  )

  it('that is not there, or is none, is refused', async () => {
    const store = stores.create()
    await store.set('a', 1)
    const refused = { code: 'PERSIST_QUERY_FAILED' }
    await expect(store.importParquet(join(folder, 'missing.parquet'))).rejects.toMatchObject(refused)
    const other = join(folder, 'other.parquet')
    await writeFile(`SELECT 1 AS id`, other)
    await expect(store.importParquet(other)).rejects.toMatchObject(refused)
    await expect(store.exportParquet(join(folder, 'missing', 'a.parquet'))).rejects.toMatchObject(refused)
    for (const bad of ['', 1, null, 'a\0b']) {
      await expect(store.importParquet(bad as string)).rejects.toThrow(TypeError)
      await expect(store.exportParquet(bad as string)).rejects.toThrow(TypeError)
    }
    expect(await contents(store)).toEqual({ a: 1 })
  })

  it('with values that are not JSON gives the others, and reports them', async () => {
    const file = join(folder, 'unreadable.parquet')
    const store = stores.create()
    await store.set('bad', 'before')
    await writeFile("SELECT * FROM (VALUES ('bad', 'x y'), ('good', '[1]')) v(key, value)", file)
    expect(await store.importParquet(file)).toEqual({ entries: 1, unreadable: ['bad'] })
    expect(await contents(store)).toEqual({ bad: 'before', good: [1] })
  })
})
