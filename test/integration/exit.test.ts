import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
import { endWhileUpserting, type UpsertEnd } from '../support/end-while-upserting.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

describe('a process that ends while it persists', () => {
  it.each<[End, string]>([
    ['exit', 'process.exit() keeps its exit code'],
    ['throw', 'an uncaught error keeps exit code 1'],
    ['query', 'process.exit() during a query keeps its exit code'],
    ['kill', 'SIGKILL'],
  ])('by %s leaves what was acknowledged and nothing else (%s)', async (way) => {
    for (const delayMs of [0, 30, 200]) await endWhilePersisting(newDatabase(folder), way, delayMs)
  })
})

describe('a process that ends while it upserts', () => {
  it.each<[UpsertEnd, 'key' | 'primaryKey']>([
    ['exit', 'key'],
    ['exit', 'primaryKey'],
    ['throw', 'primaryKey'],
    ['close', 'key'],
    ['kill', 'key'],
  ])('by %s leaves one round of a table with a %s, whole', async (way, kind) => {
    for (const delayMs of [10, 150]) await endWhileUpserting(newDatabase(folder), way, kind, delayMs)
  })
})

describe('a process that ends while it opens a database', () => {
  const program = fileURLToPath(new URL('../support/programs/end-while-opening.mjs', import.meta.url))

  it.each([
    ['exit', [3, null]],
    ['throw', [1, null]],
  ])('by %s ends with its exit code, whatever the worker is loading', async (way, expected) => {
    for (const delayMs of ['now', '0', '50', '100', '150', '200', '300', '400']) {
      const given = [program, newDatabase(folder), way, delayMs]
      const end = await once(spawn(process.execPath, given, { stdio: 'ignore' }), 'exit')
      expect(end, delayMs).toEqual(expected)
    }
  })
})
