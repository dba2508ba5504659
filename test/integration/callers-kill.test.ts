import { it } from 'vitest'
import { type CallersEnd, endAmongCallers } from '../support/end-among-callers.js'
import { everyOther } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

const ends: [CallersEnd, number][] = [
  ['kill', 60],
  ['kill', 1],
  ['exit', 30],
  ['throw', 40],
  ['close', 30],
  ['end', 20],
  ['lose', 50],
]

it.each(everyOther(ends))(
  '50 callers who write find each acknowledged call whole, and no other in part (%s after %i calls)',
  async (way, afterCalls) => {
    await endAmongCallers(newDatabase(folder), way, { afterCalls, seed: afterCalls })
  },
)
