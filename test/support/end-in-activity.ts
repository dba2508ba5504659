import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readDatabase } from './read-database.js'

const program = fileURLToPath(new URL('./programs/end-in-activity.mjs', import.meta.url))

export const activities = [
  'idle',
  'opening',
  'persist',
  'endless',
  'asynchronous',
  'key',
  'primaryKey',
  'transaction',
  'query',
  'run',
  'checkpoint',
  'store',
] as const

/** Each way of ending, and the exit code or signal that it ends by. */
export const ways = {
  exit: [3, null],
  throw: [1, null],
  reject: [1, null],
  close: [3, null],
  exitWhileClosing: [3, null],
  handledSignal: [3, null],
  SIGTERM: [null, 'SIGTERM'],
  SIGINT: [null, 'SIGINT'],
  SIGKILL: [null, 'SIGKILL'],
} as const satisfies Record<string, readonly [number | null, string | null]>

const batchRows = 500

/** Ends a process in an activity, and checks how it ended, that all it acknowledged is there, and nothing in part. */
export async function endInActivity(
  path: string,
  activity: (typeof activities)[number],
  way: keyof typeof ways,
  delayMs: number,
): Promise<void> {
  const given = [program, path, activity, way, String(delayMs)]
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'pipe'] })
  const streams = Promise.all([text(child.stdout), text(child.stderr)])
  const end = await once(child, 'exit')
  const [output, errors] = await streams
  const what = `${activity}, ${way}, ${delayMs} ms: ${errors}`
  expect(end, what).toEqual(ways[way])
  const lastOf = (word: string) =>
    Number(
      output
        .match(new RegExp(`^${word} (\\d+)$`, 'gm'))
        ?.at(-1)
        ?.split(' ')[1],
    )

  const saved = lastOf('saved')
  const batches = await readDatabase(
    path,
    'SELECT batch, count(*)::INT AS n FROM t GROUP BY batch ORDER BY batch',
  )
  expect(new Set(batches.map(({ n }) => n)), what).toEqual(new Set([batchRows]))
  const last = Number(batches.at(-1)?.batch)
  // A commit that was under way may be there as well.
  expect([saved, saved + 1], what).toContain(last)
  const isUpdate = activity === 'key' || activity === 'primaryKey'
  expect(batches, what).toHaveLength(isUpdate ? 1 : last + 1)
  if (activity !== 'store') return
  const set = lastOf('set')
  if (Number.isNaN(set)) return
  const [kept] = await readDatabase(path, 'SELECT max(value::INT) AS last, count(*)::INT AS n FROM kept')
  expect([set, set + 1], what).toContain(kept?.last)
  expect(kept?.n, what).toBe(Math.min(Number(kept?.last), 100))
}
