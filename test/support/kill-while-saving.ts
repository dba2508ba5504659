import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DuckDBStorageAdapter } from 'duckpaddle'
import { expect } from 'vitest'
import { readDatabase } from './read-database.js'

const program = fileURLToPath(new URL('./programs/kill-while-saving.mjs', import.meta.url))

/** How a store is changed until the process is killed. */
export interface KilledSaves {
  /** The same seed makes the same changes. */
  readonly seed: number
  readonly keys: number
  /** How many changes a save has at most. */
  readonly changes: number
  /** How many saves it acknowledges before it is killed: counted, so that a slow machine does as much as a fast one. */
  readonly afterSaves: number
  /** From the last of them, or where there are none from its first line, which it prints when the store is open. */
  readonly delayMs: number
}

/**
 * Kills a process while it changes and saves a store, and checks that the file holds what was due at one save, as a
 * whole: the last that was acknowledged, or one that was asked for after it. Another client finds the same as the store.
 * Resolves to how many entries are not in the log any more: none until it was folded for the first time.
 */
export async function killWhileSaving(path: string, saves: KilledSaves): Promise<number> {
  const lines = await runUntilKilled(path, saves)
  const due = lines.filter(([what]) => what === 'due').map(([, , hash]) => hash)
  const acknowledged = Number(lines.findLast(([what]) => what === 'saved')?.[1] ?? 0)

  // As the process left it: opening a database changes the files.
  const copy = `${path}.copy`
  await Promise.all(['', '.wal'].map((suffix) => copyIfThere(path + suffix, copy + suffix)))
  const left = await readHash(copy)
  expect(due.slice(acknowledged), JSON.stringify({ ...saves, acknowledged })).toContain(left)

  const store = new DuckDBStorageAdapter({ database: path, autoPersist: false })
  const entries: [string, unknown][] = []
  for await (const entry of store) entries.push(entry)
  expect(hash(entries)).toBe(left)
  await store.close()
  expect(await readHash(path)).toBe(left)
  const [base] = await readDatabase(copy, 'SELECT count(*)::INT AS n FROM __duckpaddle_storage_base')
  return Number(base?.n)
}

/** The lines that the process printed, as words. */
async function runUntilKilled(path: string, { seed, keys, changes, afterSaves, delayMs }: KilledSaves) {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  const child = spawn(process.execPath, [program, path, ...[seed, keys, changes].map(String)], { stdio })
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  await Promise.race([isAcknowledged(child.stdout, afterSaves), ended])
  await setTimeout(delayMs)
  child.kill('SIGKILL')
  const [output, errors, end] = await ended
  expect(end, errors).toEqual([null, 'SIGKILL'])
  return output
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
}

/** Waits until the process has printed that a save is on disk; the first line, `due 0`, is that of none. */
async function isAcknowledged(output: Readable, save: number): Promise<void> {
  let printed = ''
  while (!printed.includes(save === 0 ? 'due 0 ' : `saved ${save}\n`)) {
    const [chunk] = await once(output, 'data')
    printed += chunk
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await rm(to, { force: true })
  if (existsSync(from)) await copyFile(from, to)
}

async function readHash(path: string): Promise<string> {
  const rows = await readDatabase(path, 'SELECT key, value FROM storage ORDER BY key')
  return hash(rows.map(({ key, value }) => [String(key), JSON.parse(String(value))]))
}

/** As the program makes it of what is due. */
function hash(entries: readonly (readonly [string, unknown])[]): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
