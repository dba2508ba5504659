import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readDatabase } from './read-database.js'

const program = fileURLToPath(new URL('./programs/end-while-upserting.mjs', import.meta.url))

export type UpsertEnd = 'exit' | 'throw' | 'close' | 'kill'

/**
 * Ends a process while it upserts all rows of a table, and checks that it ended as it should, never by SIGABRT, and
 * that the table holds one round as a whole: the last that was acknowledged, or the one whose commit was under way.
 */
export async function endWhileUpserting(
  path: string,
  way: UpsertEnd,
  kind: 'key' | 'primaryKey',
  delayMs: number,
): Promise<void> {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
  const child = spawn(process.execPath, [program, path, way, kind, String(delayMs)], { stdio })
  const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const expected = way === 'kill' ? [null, 'SIGKILL'] : [way === 'throw' ? 1 : 3, null]
  expect([code, signal]).toEqual(expected)
  const acknowledged = Number(output.trim().split('\n').at(-1) ?? 0)
  const sql =
    'SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, min(round) AS low, max(round) AS high FROM t'
  const [found] = await readDatabase(path, sql)
  expect(found).toMatchObject({ n: 30_000, ids: 30_000, low: found?.high })
  expect([acknowledged, acknowledged + 1]).toContain(found?.high)
}
