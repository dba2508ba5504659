import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readDatabase } from './read-database.js'

const program = fileURLToPath(new URL('./programs/end-while-persisting.mjs', import.meta.url))

export type End = 'exit' | 'throw' | 'query' | 'kill'

/** How a process ends that ends in this way: never by SIGABRT, which is code 134 or the signal. */
const expected = {
  exit: { code: 3, signal: null },
  query: { code: 3, signal: null },
  throw: { code: 1, signal: null },
  kill: { code: null, signal: 'SIGKILL' },
} as const satisfies Record<End, { code: number | null; signal: string | null }>

/** Ends a process while it persists, and checks how it ended and what the file then holds. */
export async function endWhilePersisting(path: string, way: End, delayMs: number): Promise<void> {
  const child = spawn(process.execPath, [program, path, way, String(delayMs)], { stdio: 'ignore' })
  const [code, signal] = await once(child, 'exit')
  expect({ code, signal }).toEqual(expected[way])
  expect(await readDatabase(path, 'SELECT * FROM t')).toEqual([{ id: '0', name: 'acknowledged' }])
}
