import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { endInActivity, type ways } from '../support/end-in-activity.js'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
import { endWhileUpserting, type UpsertEnd } from '../support/end-while-upserting.js'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

describe('a process that ends while it persists', () => {
  const few: [End, string][] = [
    ['throw', 'an uncaught error keeps exit code 1'],
    ['query', 'process.exit() during a query keeps its exit code'],
  ]
  const others: typeof few = [
    ['exit', 'process.exit() keeps its exit code'],
    ['kill', 'SIGKILL'],
  ]
  it.each(fewOf(few, others))('by %s leaves what was acknowledged and nothing else (%s)', async (way) => {
    for (const delayMs of fewOf([100], [0, 100])) await endWhilePersisting(newDatabase(folder), way, delayMs)
  })
})

describe('a process that ends while it upserts', () => {
  const few: [UpsertEnd, 'key' | 'primaryKey', delayMs: number][] = [
    ['exit', 'key', 10],
    ['kill', 'primaryKey', 10],
  ]
  const others: typeof few = [
    ['exit', 'primaryKey', 150],
    ['throw', 'primaryKey', 10],
    ['close', 'key', 150],
    ['kill', 'key', 150],
  ]
  it.each(fewOf(few, others))(
    'by %s leaves one round of a table with a %s, whole',
    async (way, kind, delayMs) => {
      await endWhileUpserting(newDatabase(folder), way, kind, delayMs)
    },
  )
})

describe('a process that ends within a transaction', () => {
  const few: [keyof typeof ways, delayMs: number][] = [
    ['exitWhileClosing', 60],
    ['SIGKILL', 150],
  ]
  const others: typeof few = [
    ['exit', 30],
    ['throw', 90],
  ]
  it.each(fewOf(few, others))(
    'by %s leaves those that were acknowledged, and none in part',
    async (way, delayMs) => {
      await endInActivity(newDatabase(folder), 'transaction', way, delayMs)
    },
  )
})

describe('a process that ends while it opens a database', () => {
  const program = fileURLToPath(new URL('../support/programs/end-while-opening.mjs', import.meta.url))

  it.each([
    ['exit', [3, null], fewOf(['now', '150'], ['50', '300'])],
    ['throw', [1, null], fewOf(['100'], ['0', '200', '400'])],
  ])('by %s ends with its exit code, whatever the worker is loading', async (way, expected, delays) => {
    for (const delayMs of delays) {
      const given = [program, newDatabase(folder), way, delayMs]
      const end = await once(spawn(process.execPath, given, { stdio: 'ignore' }), 'exit')
      expect(end, delayMs).toEqual(expected)
    }
  })
})
