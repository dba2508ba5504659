import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { Table } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { TestTables } from '../support/test-tables.js'

const tables = new TestTables()
let table: Table

beforeEach(async () => {
  table = await tables.create('id BIGINT NOT NULL')
})

describe('the context of an AsyncLocalStorage', () => {
  const storage = new AsyncLocalStorage<string>()

  it.each([[false], [true]])(
    'of listeners and options is that of the stream, and of a callback its own (atomic: %s)',
    async (atomic) => {
      const seen: unknown[] = []
      const record = (what: string) => seen.push([what, storage.getStore()])
      const stream = storage.run('stream', () => {
        return table.createWriteStream({
          atomic,
          commitMs: 0,
          onRowError: () => {
            record('row error')
            return 'skip'
          },
        })
      })
      stream.on('commit', () => record('commit'))
      storage.run('first', () => stream.write({ id: 'bad' }, () => record('callback')))
      storage.run('second', () => stream.write({ id: 2 }, () => record('callback')))
      stream.end()
      await finished(stream)
      expect(seen).toEqual([
        ['row error', 'stream'],
        ['commit', 'stream'],
        ['callback', 'first'],
        ['callback', 'second'],
      ])
    },
  )
})

describe('a source that writes to a stream', () => {
  it.each([[false], [true]])(
    'may wait for it where nothing waits for the source (atomic: %s)',
    async (atomic) => {
      const other = await tables.create(undefined, { columns: { id: 'BIGINT' }, key: ['id'] })
      const source = async function* () {
        for (let id = 0; id < 3; id++) {
          const stream = other.createWriteStream({ atomic })
          stream.end({ id })
          await finished(stream)
          yield { id }
        }
      }
      expect(await table.persist(source())).toMatchObject({ inserted: 3 })
      expect(await tables.read(other, 'count(*)::INT AS n')).toEqual([{ n: 3 }])
    },
  )

  it('of the same table may write to it without waiting', async () => {
    const keyed = await tables.create(undefined, { columns: { id: 'BIGINT' }, key: ['id'] })
    const stream = keyed.createWriteStream({ commitRows: 1 })
    const source = async function* () {
      for (let id = 0; id < 3; id++) {
        stream.write({ id: id + 10 })
        yield { id }
      }
    }
    expect(await keyed.persist(source())).toMatchObject({ inserted: 3 })
    stream.end()
    await finished(stream)
    expect(await tables.read(keyed, 'count(*)::INT AS n')).toEqual([{ n: 6 }])
  })
})

describe('what writes to a stream', () => {
  it.each([[false], [true]])(
    'is no code of its call, whose end it may have others wait for (atomic: %s)',
    async (atomic) => {
      const stream = table.createWriteStream({ atomic, highWaterMark: 100 })
      const waiting: Promise<unknown>[] = []
      stream.on('drain', () => {
        // Code of the call would be refused that.
        if (waiting.length < 5) waiting.push(tables.db.run('SELECT 1'))
      })
      for (let id = 0; id < 2000; id++) {
        if (!stream.write({ id })) await once(stream, 'drain')
        // The stream is asked for rows as soon as this waits.
        if (id === 1000) await Promise.resolve().then(() => waiting.push(tables.db.run('SELECT 1')))
      }
      stream.end()
      await finished(stream)
      expect(await Promise.all(waiting)).toHaveLength(waiting.length)
      expect(waiting.length).toBeGreaterThan(5)
    },
  )
})
