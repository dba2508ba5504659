import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { fewOf, isLong } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/exit-with-streams.mjs', import.meta.url))
let path: string

beforeEach(() => {
  path = newDatabase(folder)
})

/** Runs the program until it ends in a way. */
async function end(way: string, detail = ''): Promise<{ code: number | null; errors: string[] }> {
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const child = spawn(process.execPath, [program, path, way, detail], { stdio: [...stdio] })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code, errors: errors.split('\n').filter((line) => line !== '') }
}

const silently = (code: number) => ({ code, errors: [] })

async function read(columns = 'id::INT AS id, text', table = 't') {
  return readDatabase(path, `SELECT ${columns} FROM ${table} ORDER BY ALL`)
}

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, text: `row ${id}` }))

async function counts() {
  const [found] = await read('count(*)::INT AS n, count(DISTINCT id)::INT AS ids')
  return found
}

describe('a process that ends with rows that wait in write streams', () => {
  const ends: [way: string, code: number][] = [
    ['itself', 0],
    ['corked', 3],
  ]
  const others: typeof ends = [
    ['exit', 3],
    ['closed', 3],
  ]
  it.each(fewOf(ends, others))('has written them when it ends by %s, with code %i', async (way, code) => {
    expect(await end(way)).toEqual(silently(code))
    expect(await read()).toEqual(rows(3))
  })

  it('has written them when it ends by an uncaught error', async () => {
    const { code, errors } = await end('throw')
    expect(code).toBe(1)
    expect(errors.join('\n')).not.toContain('lost')
    expect(await read()).toEqual(rows(3))
  })

  it('has written those of several streams on one table, and what a store has, when a listener exits within the exit', async () => {
    expect(await end('exit within an exit')).toEqual(silently(3))
    expect(await read()).toEqual(rows(4))
    expect(await readDatabase(path, 'SELECT key, value FROM storage')).toEqual([{ key: 'k', value: '1' }])
  })

  it('has written what a listener adds at the last commit', async () => {
    expect(await end('itself, in steps')).toEqual(silently(0))
    expect(await read()).toEqual(rows(2))
  })

  it('has written those of a stream that was ended and has not finished', async () => {
    expect(await end('ended')).toEqual(silently(3))
    expect(await counts()).toEqual({ n: 30_000, ids: 30_000 })
  })

  it.each(fewOf([3, 20], [0, 1, 10, 40, 80]))(
    'has written each once when it exits %i turns after a commit has begun',
    async (turns) => {
      expect(await end('committing', String(turns))).toEqual(silently(3))
      expect(await counts()).toEqual({ n: 40_010, ids: 40_010 })
    },
  )

  it.each(fewOf([20], [0, 5, 500]))(
    'has written each once where it did not hear of their commit, for %i ms',
    async (ms) => {
      expect(await end('committed, and not heard of', String(ms))).toEqual(silently(3))
      expect(await counts()).toEqual({ n: 20_000, ids: 20_000 })
    },
  )

  it.each(fewOf([2], [0, 1, 100]))(
    'has written each once where that commit was shared, after %i ms',
    async (ms) => {
      expect(await end('shared, and not heard of', String(ms))).toEqual(silently(3))
      expect(await counts()).toEqual({ n: 2, ids: 2 })
    },
  )

  it.each(fewOf([2], [0, 100]))(
    'has written each where it was shared on a table with a key, after %i ms',
    async (ms) => {
      expect(await end('shared on a key, and not heard of', String(ms))).toEqual(silently(3))
      const own = [1, 2, 3].map((id) => ({ id, text: 'own' }))
      expect(await read()).toEqual([{ id: 0, text: 'from 2' }, ...own])
    },
  )

  it("has written what a listener to 'exit' adds in time, and says what is too late", async () => {
    const { code, errors } = await end('exit listener')
    expect(code).toBe(3)
    expect(errors).toEqual([
      expect.stringMatching(/^duckpaddle: 1 rows of the write stream to `t` are lost at exit: /),
    ])
    expect(await read('id::INT AS id')).toEqual([{ id: 0 }, { id: 1 }])
  })
})

describe('the last write of a process', () => {
  const kinds: [onConflict: string, texts: [string, string], reports: number][] = [
    ['error', ['was there', 'row 2'], 2],
    ['update', ['row 1', 'again'], 0],
  ]
  const otherKinds: typeof kinds = [['ignore', ['was there', 'row 2'], 0]]
  it.each(fewOf(kinds, otherKinds))(
    'keeps a key that only this library keeps (%s)',
    async (onConflict, texts, reports) => {
      const { code, errors } = await end('key', onConflict)
      expect(code).toBe(3)
      expect(errors).toHaveLength(reports)
      for (const line of errors)
        expect(line).toMatch(/^duckpaddle: a row of `t` is lost at exit \(duplicate-key: KEY/)
      expect(await read()).toEqual([
        { id: 0, text: 'row 0' },
        { id: 1, text: texts[0] },
        { id: 2, text: texts[1] },
      ])
    },
  )

  it('leaves out what the table does not take, and says so row by row', async () => {
    const { code, errors } = await end('constraints')
    expect(code).toBe(3)
    expect(errors).toHaveLength(3)
    expect(errors[0]).toContain('row 3 of the write stream to `t` is lost at exit: Column `id`')
    expect(errors[1]).toMatch(/lost at exit \(check: CHECK.*\): { id: 2n, text: 'default', n: -1 }$/)
    expect(errors[2]).toMatch(/lost at exit \(duplicate-key: .*\): { id: 1n, text: 'default', n: 2 }$/)
    expect(await read('id::INT AS id, text, n')).toEqual([
      { id: 1, text: 'default', n: 1 },
      { id: 3, text: null, n: null },
    ])
  })

  it('is made for other tables where one is gone', async () => {
    const { code, errors } = await end('dropped')
    expect(code).toBe(3)
    expect(errors).toEqual([expect.stringContaining('There is no table `t`')])
    expect(await read(undefined, 'other')).toEqual(rows(2))
  })

  it('is not made, and said so, where the worker was lost', async () => {
    const { code, errors } = await end('lost')
    expect(code).toBe(3)
    expect(errors.at(-1)).toMatch(/^duckpaddle: 3 rows of the write stream to `t` are lost at exit: /)
    expect(await read()).toEqual([])
  })

  it.each(fewOf(['exit'], ['itself']))(
    'is not made of an atomic stream that was not ended (%s)',
    async (how) => {
      expect(await end('atomic', how)).toEqual(silently(how === 'exit' ? 3 : 0))
      expect(await read()).toEqual([])
    },
  )

  it('is not made of what was given up', async () => {
    expect(await end('destroyed')).toEqual(silently(3))
    expect(await read()).toEqual([])
  })

  it('is not made a second time of what has finished', async () => {
    expect(await end('finished')).toEqual(silently(3))
    expect(await read()).toEqual(rows(1))
  })

  it.runIf(isLong)('is nothing to report of a database in memory', async () => {
    expect(await end('memory')).toEqual(silently(3))
  })
})
