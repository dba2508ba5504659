import { rm } from 'node:fs/promises'
import { it } from 'vitest'
import { type CallersEnd, endAmongCallers } from '../support/end-among-callers.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it.each<[CallersEnd, number]>([
  ['kill', 30],
  ['exit', 10],
  ['throw', 5],
  ['end', 3],
  ['close', 10],
  ['lose', 5],
])(
  '50 callers who write find each acknowledged call whole, and no other in part (%s, %i times)',
  async (way, times) => {
    for (let time = 0; time < times; time++) {
      const path = newDatabase(folder)
      await endAmongCallers(path, way, {
        afterCalls: 1 + ((time * 37) % 200),
        seed: 1000 * way.length + time,
      })
      await rm(path, { force: true })
    }
  },
)
