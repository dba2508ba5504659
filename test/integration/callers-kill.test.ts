import { it } from 'vitest'
import { type CallersEnd, endAmongCallers } from '../support/end-among-callers.js'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

const few: [CallersEnd, afterCalls: number][] = [
  ['kill', 60],
  ['lose', 50],
]
const others: typeof few = [
  ['kill', 1],
  ['exit', 30],
  ['throw', 40],
  ['close', 30],
  ['end', 20],
]

it.each(fewOf(few, others))(
  '50 callers who write find each acknowledged call whole, and no other in part (%s after %i calls)',
  async (way, afterCalls) => {
    await endAmongCallers(newDatabase(folder), way, { afterCalls, seed: afterCalls })
  },
)
