import type { Rows } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { type Identified, IdentifiedRows } from '../support/identified-rows.js'
import { NotOnEngine, nameOf, need } from '../support/test-engine.js'

const given = new IdentifiedRows()

/** An iterator that counts what is asked of it. */
function counting(next: () => Promise<IteratorResult<Identified>>) {
  const counts = { next: 0, return: 0 }
  const rows = {
    counts,
    [Symbol.asyncIterator]: () => ({
      next: () => {
        counts.next++
        return next()
      },
      return: async () => {
        counts.return++
        return { done: true as const, value: undefined }
      },
    }),
  }
  return rows
}

describe('a source that is not read to its end', () => {
  const endless = async () => ({ done: false, value: { id: 1 } })
  const stalled = () => new Promise<never>(() => undefined)

  it.each<[string, () => Promise<IteratorResult<Identified>>, (rows: Rows<Identified>) => Promise<unknown>]>([
    ['with options that are none', endless, (rows) => given.table.persist(rows, { signal: 1 } as never)],
    ['without options', endless, (rows) => given.table.persist(rows, null as never)],
    ['with an aborted signal', endless, (rows) => given.table.persist(rows, { signal: AbortSignal.abort() })],
    [
      'for a bad row',
      async () => ({ done: false, value: { id: 'x' as never } }),
      (rows) => given.table.persist(rows),
    ],
    [
      'aborted while it stalls',
      stalled,
      (rows) => {
        const controller = new AbortController()
        const call = given.table.persist(rows, { signal: controller.signal })
        setImmediate(() => controller.abort())
        return call
      },
    ],
    [
      'aborted before its turn',
      endless,
      async (rows) => {
        const held = holdTurn(given.table)
        const controller = new AbortController()
        const call = given.table.persist(rows, { signal: controller.signal })
        controller.abort()
        await Promise.all([held.end(), expect(call).rejects.toThrow()])
        return call
      },
    ],
    ['by a service that is closed', endless, async (rows) => (await given.closedTable()).persist(rows)],
    [
      'by close({ timeoutMs })',
      stalled,
      async (rows) => {
        const call = given.table.persist(rows)
        await Promise.all([given.db.close({ timeoutMs: 1 }), expect(call).rejects.toThrow()])
        return call
      },
    ],
    [
      'of a table that has changed',
      endless,
      async (rows) => {
        await need('ALTER')
        await given.db.run(`ALTER TABLE ${nameOf('t')} ADD COLUMN more INT`)
        return given.table.persist(rows)
      },
    ],
    [
      'of a table that is gone',
      endless,
      async (rows) => {
        await given.db.run(`DROP TABLE ${nameOf('t')}`)
        return given.table.persist(rows)
      },
    ],
  ])('%s is told so once', async (_, next, persist) => {
    const rows = counting(next)
    const refused = await persist(rows).catch((error: unknown) => error)
    if (refused instanceof NotOnEngine) throw refused
    expect(refused).toBeInstanceOf(Error)
    expect(rows.counts.return).toBe(1)
  })

  it('is not told so where it is at its end, or has failed', async () => {
    const atEnd = counting(async () => ({ done: true, value: undefined }))
    await given.table.persist(atEnd)
    const failed = counting(() => Promise.reject(new Error('next')))
    await expect(given.table.persist(failed)).rejects.toThrow('next')
    expect([atEnd.counts, failed.counts]).toEqual([
      { next: 1, return: 0 },
      { next: 1, return: 0 },
    ])
  })

  it('is not asked for a row where the call is over before its turn', async () => {
    const rows = counting(endless)
    await expect(given.table.persist(rows, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(rows.counts).toEqual({ next: 0, return: 1 })
  })

  it('may be a web stream that stalls: it is cancelled', async () => {
    const controller = new AbortController()
    const cancelled = new Promise((resolve) => {
      const rows = new ReadableStream<Identified>({ cancel: resolve, pull: () => stalled() })
      const call = given.table.persist(rows as never, { signal: controller.signal })
      call.catch(() => undefined)
    })
    await new Promise(setImmediate)
    controller.abort()
    await cancelled
  })
})

describe('a source whose return() never settles', () => {
  const rows = (value: unknown) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: value as Identified }),
      return: () => new Promise<never>(() => undefined),
    }),
  })

  it('holds up neither its call, nor the next, nor close()', async () => {
    await expect(given.table.persist(rows({ id: 'x' }))).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
    })
    await given.table.persist([{ id: 1 }])
    await given.db.close()
  })

  it('does not hold up close({ timeoutMs })', async () => {
    const call = given.table.persist(rows({ id: 1 }))
    const rejected = expect(call).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    expect(await given.db.close({ timeoutMs: 20 })).toEqual({ interrupted: 1 })
    await rejected
  })

  it('that throws, rejects, or is no function, rejects the call for its row all the same', async () => {
    const returns: unknown[] = [
      () => {
        throw new Error('return')
      },
      () => Promise.reject(new Error('return')),
      5,
    ]
    for (const end of returns) {
      const iterator = { next: () => ({ done: false, value: { id: 'x' } }), return: end }
      for (const name of [Symbol.iterator, Symbol.asyncIterator]) {
        const source = { [name]: () => iterator } as never
        await expect(given.table.persist(source)).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
      }
    }
  })
})
