import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { DuckDBLevel } from 'duckpaddle/abstract-level'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** The whole suite of abstract-level takes a minute: see `test/long/level-suite.test.ts`. */
describe('a database of abstract-level', () => {
  it('has its entries when it is opened again, and after a restart, in a table that can be read', async () => {
    const path = newDatabase(folder)
    const db = new DuckDBLevel<string, { n: number }>(path, { valueEncoding: 'json' })
    await db.put('a', { n: 1 })
    await db.batch([
      { type: 'put', key: 'zürich', value: { n: 2 } },
      { type: 'del', key: 'none' },
    ])
    await db.put<string, Buffer>('raw', Buffer.from([0, 255]), { valueEncoding: 'buffer' })
    await db.close()
    await db.open()
    expect(db.getSync('zürich')).toEqual({ n: 2 })
    await db.sublevel('sub').put('k', 'v')
    await db.close()
    const again = new DuckDBLevel<string, { n: number }>(path, { valueEncoding: 'json' })
    expect(await again.get('a')).toEqual({ n: 1 })
    expect(await again.get('raw', { valueEncoding: 'view' })).toEqual(new Uint8Array([0, 255]))
    expect(await again.keys().all()).toEqual(['!sub!k', 'a', 'raw', 'zürich'])
    await again.close()
    expect(await readDatabase(path, "SELECT value FROM storage WHERE key = 'a'")).toEqual([
      { value: '"{\\"n\\":1}"' },
    ])
  })

  it('has keys of any bytes in the order of these, in ranges, in both directions, and by seeking', async () => {
    const service = await open(':memory:')
    let tables = 0
    const bytes = fc.uint8Array({ maxLength: 4 })
    const text = fc.string({ unit: 'grapheme', maxLength: 3 }).map((some) => new TextEncoder().encode(some))
    const key = fc.oneof(
      bytes,
      text,
      fc.constantFrom('\uff21', '😀', 'é').map((some) => Buffer.from(some)),
    )
    const compare = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other)
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 12 }),
        key,
        key,
        fc.boolean(),
        async (keys, gte, target, reverse) => {
          const tableName = `t${++tables}`
          const db = new DuckDBLevel<Uint8Array, string>(service, { keyEncoding: 'view', tableName })
          await db.batch(keys.map((one) => ({ type: 'put', key: one, value: 'v' })))
          const sorted = [...new Set(keys.map((one) => Buffer.from(one).toString('hex')))].sort()
          const expected = sorted
            .map((one) => new Uint8Array(Buffer.from(one, 'hex')))
            .filter((one) => compare(one, gte) >= 0)
          if (reverse) expected.reverse()
          expect(await db.keys({ gte, reverse }).all()).toEqual(expected)
          const iterator = db.keys({ gte, reverse })
          iterator.seek(target)
          const isIn = compare(target, gte) >= 0
          const isAfter = (one: Uint8Array) =>
            reverse ? compare(one, target) <= 0 : compare(one, target) >= 0
          expect(await iterator.all()).toEqual(isIn ? expected.filter(isAfter) : [])
          await db.close()
        },
      ),
      generatedCases(16),
    )
    await service.close()
  })

  it('gives what other clients have set as JSON', async () => {
    const service = await open(':memory:')
    const store = new DuckDBStorageAdapter({ database: service })
    await store.set('k', { n: [1] })
    await store.close()
    const db = new DuckDBLevel(service)
    expect(await db.get('k')).toBe('{"n":[1]}')
    expect(await db.get<string, unknown>('k', { valueEncoding: 'json' })).toEqual({ n: [1] })
    await db.close()
    expect(() => db.store).toThrow(TypeError)
    await service.close()
  })

  it('that cannot be opened says why, and can be tried again', async () => {
    const db = new DuckDBLevel(`${folder}/missing/a.duckdb`)
    await expect(db.open()).rejects.toMatchObject({ cause: { code: 'PERSIST_OPEN_FAILED' } })
    expect(db.status).toBe('closed')
    const misused = new DuckDBLevel(':memory:', { tableName: '' })
    await expect(misused.open()).rejects.toMatchObject({ cause: expect.any(TypeError) })
  })
})
