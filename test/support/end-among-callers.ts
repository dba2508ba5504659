import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { open } from 'duckpaddle'
import { expect } from 'vitest'
import { checkStoredCalls, type StoredCall } from './check-stored-calls.js'

const program = fileURLToPath(new URL('./programs/many-callers.mjs', import.meta.url))

/** Each way of ending, and the exit code or signal that it ends by. */
const ways = {
  kill: [null, 'SIGKILL'],
  exit: [3, null],
  throw: [1, null],
  end: [0, null],
  close: [3, null],
  lose: [0, null],
} as const satisfies Record<string, readonly [number | null, string | null]>

export type CallersEnd = keyof typeof ways

/** The moment of the end: counted in acknowledged calls, so that a slow machine does as much as a fast one. */
interface Moment {
  readonly afterCalls: number
  readonly seed: number
}

/**
 * Ends a process while 50 callers write, and checks how it ended, that each acknowledged call is there, none in part, and
 * that those which could see each other's rows are there in their order. The file then takes more.
 */
export async function endAmongCallers(path: string, way: CallersEnd, moment: Moment): Promise<void> {
  const { afterCalls, seed } = moment
  const given = [program, path, way, String(afterCalls), String(seed)]
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (way === 'kill') {
    await Promise.race([isAcknowledged(child.stdout, afterCalls), ended])
    child.kill('SIGKILL')
  }
  const [output, errors, end] = await ended
  const what = `${way} ${JSON.stringify(moment)}: ${errors}`
  expect(end, what).toEqual(ways[way])
  const calls = readCalls(output)
  const acknowledged = calls.filter(({ end: how }) => how === 'done')
  expect(acknowledged.length, what).toBeGreaterThanOrEqual(afterCalls)
  // Else the process has had the time to wait for all of them.
  if (way === 'end') expect(acknowledged).toHaveLength(calls.length)
  if (way === 'lose') expect(output).toContain('lost PERSIST_WORKER_LOST\n')
  await checkStoredCalls(path, calls, what)
  await writeMore(path)
}

function isAcknowledged(output: Readable, calls: number): Promise<void> {
  let printed = ''
  return new Promise((resolve) => {
    output.on('data', (chunk: unknown) => {
      printed += chunk
      if ((printed.match(/^done \d+\n/gm)?.length ?? 0) >= calls) resolve()
    })
  })
}

/** The calls in the order in which they were made, and what became of each. */
function readCalls(output: string): StoredCall[] {
  const calls = new Map<number, StoredCall>()
  // The last line may have been cut off.
  for (const line of output.split('\n').slice(0, -1)) {
    const [word, number, ...more] = line.split(' ')
    const call = calls.get(Number(number))
    if (word === 'made') {
      const [table = '', rows] = more
      calls.set(Number(number), { number: Number(number), table, rows: Number(rows), end: undefined })
    } else if (call !== undefined) call.end = word === 'done' ? 'done' : more.join(' ')
  }
  return [...calls.values()]
}

/** What a crash leaves has sound indexes, too. */
async function writeMore(path: string): Promise<void> {
  const db = await open(path)
  const id = 1_000_000
  for (const name of ['plain', 'parent', 'child']) {
    const table = await db.table(name)
    expect(await table.persist([{ id }])).toMatchObject({ inserted: 1 })
  }
  const byKey = await db.table('by_key', { key: ['id'] })
  const rows = Array.from({ length: 300 }, (_, key) => ({ id: key }))
  const { inserted, updated } = await byKey.persist(rows, { onConflict: 'update' as never })
  expect(inserted + updated).toBe(300)
  await db.close()
}
