import { describe, it } from 'vitest'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
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
