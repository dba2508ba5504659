import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { readDatabase } from './read-database.js'

const program = fileURLToPath(new URL('./programs/open-in-threads.mjs', import.meta.url))

/**
 * Has threads of one process open a file at the same moment, and checks that every row that a thread committed is
 * there, and that the threads which were refused were told why.
 */
export async function openInThreads(path: string, threads: number): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, path, String(threads)])
  const outcomes: string[] = JSON.parse(stdout)
  const written = outcomes.flatMap((outcome, thread) => (outcome === 'written' ? [thread] : []))
  expect(written.length, stdout).toBeGreaterThan(0)
  const refused = outcomes.filter((outcome) => outcome !== 'written')
  expect(refused).toEqual(refused.map(() => 'PERSIST_ALREADY_OPEN'))
  const rows = await readDatabase(path, 'SELECT thread FROM t ORDER BY thread')
  expect(rows).toEqual(written.map((thread) => ({ thread })))
}
