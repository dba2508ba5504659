import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/end-while-stuck.mjs', import.meta.url))

interface Ended {
  readonly end: unknown[]
  readonly output: string
  readonly errors: string
}

/** Runs the program; the process must end by itself, and not by a signal. */
async function endWhileStuck(path: string, ...given: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, path, ...given], { stdio: ['ignore', 'pipe', 'pipe'] })
  const streams = Promise.all([text(child.stdout), text(child.stderr)])
  const end = await once(child, 'exit')
  const [output, errors] = await streams
  return { end, output, errors }
}

describe.skipIf(process.platform === 'win32')('where DuckDB does not return', () => {
  it.each(fewOf(['pipe'], ['constants', 'rows']))(
    'close({ timeoutMs }) ends, and so does the process (%s)',
    async (what) => {
      const path = newDatabase(folder)
      const { end, output, errors } = await endWhileStuck(path, what, 'close')
      expect(end, errors).toEqual([9, null])
      const lost = 'PERSIST_WORKER_LOST'
      expect(JSON.parse(output)).toEqual({ closed: lost, stuck: lost, status: 'closed' })
      expect(await readDatabase(path, 'SELECT id FROM t')).toEqual([{ id: '1' }])
    },
  )

  const ends: [what: string, way: string, code: number][] = [['rows', 'throw', 1]]
  const others: typeof ends = [
    ['constants', 'exit', 9],
    ['pipe', 'exit', 9],
  ]
  it.each(fewOf(ends, others))(
    'the process ends with its own exit code at its deadline (%s, %s)',
    async (what, way, code) => {
      const path = newDatabase(folder)
      const { end, errors } = await endWhileStuck(path, what, way, '500')
      expect(end, errors).toEqual([code, null])
      expect(errors).toContain('DuckDB did not return')
      expect(await readDatabase(path, 'SELECT id FROM t')).toEqual([{ id: '1' }])
    },
  )

  it('a store on another file, which is not open yet, is saved all the same', async () => {
    const path = newDatabase(folder)
    const { end, errors } = await endWhileStuck(path, 'pipe', 'store', '500')
    expect(end, errors).toEqual([9, null])
    expect(errors).not.toContain('lost')
    expect(await readDatabase(`${path}.store`, 'SELECT key FROM storage')).toEqual([{ key: 'k' }])
  })
})

it('a limit beyond what a timer takes is no limit, and not a limit of nothing', async () => {
  const db = await open(':memory:')
  const table = await db.table('t', { columns: { id: 'BIGINT' } })
  for (const timeoutMs of [2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    const running = table.persist(Array.from({ length: 100_000 }, (_, id) => ({ id })))
    const other = await open(':memory:')
    const reading = other.query('SELECT count(*)::INT AS n FROM range(2000000) a, range(20) b')
    expect(await other.close({ timeoutMs })).toEqual({ interrupted: 0 })
    expect(await reading).toEqual([{ n: 40_000_000 }])
    await running
  }
  await db.close()
})
