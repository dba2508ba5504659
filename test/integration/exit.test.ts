import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { endInActivity } from '../support/end-in-activity.js'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
import { endWhileUpserting, type UpsertEnd } from '../support/end-while-upserting.js'
import { everyOther } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

describe('a process that ends while it persists', () => {
  it.each<[End, string]>([
    ['exit', 'process.exit() keeps its exit code'],
    ['throw', 'an uncaught error keeps exit code 1'],
    ['query', 'process.exit() during a query keeps its exit code'],
    ['kill', 'SIGKILL'],
  ])('by %s leaves what was acknowledged and nothing else (%s)', async (way) => {
    for (const delayMs of everyOther([100, 0])) await endWhilePersisting(newDatabase(folder), way, delayMs)
  })
})

describe('a process that ends while it upserts', () => {
  const ends: [UpsertEnd, 'key' | 'primaryKey', number][] = [
    ['exit', 'key', 10],
    ['exit', 'primaryKey', 150],
    ['throw', 'primaryKey', 10],
    ['close', 'key', 150],
    ['kill', 'primaryKey', 10],
    ['kill', 'key', 150],
  ]
  it.each(everyOther(ends))(
    'by %s leaves one round of a table with a %s, whole',
    async (way, kind, delayMs) => {
      await endWhileUpserting(newDatabase(folder), way, kind, delayMs)
    },
  )
})

describe('a process that ends within a transaction', () => {
  it.each([
    ['exit', 30],
    ['throw', 90],
    ['exitWhileClosing', 60],
    ['SIGKILL', 150],
  ] as const)('by %s leaves those that were acknowledged, and none in part', async (way, delayMs) => {
    await endInActivity(newDatabase(folder), 'transaction', way, delayMs)
  })
})

describe('a process that ends while it opens a database', () => {
  const program = fileURLToPath(new URL('../support/programs/end-while-opening.mjs', import.meta.url))

  it.each([
    ['exit', [3, null], ['now', '50', '150', '300']],
    ['throw', [1, null], ['0', '100', '200', '400']],
  ])('by %s ends with its exit code, whatever the worker is loading', async (way, expected, delays) => {
    for (const delayMs of everyOther(delays)) {
      const given = [program, newDatabase(folder), way, delayMs]
      const end = await once(spawn(process.execPath, given, { stdio: 'ignore' }), 'exit')
      expect(end, delayMs).toEqual(expected)
    }
  })
})
