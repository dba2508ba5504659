import { it } from 'vitest'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
import { endWhileUpserting, type UpsertEnd } from '../support/end-while-upserting.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it.each<[End, number]>([
  ['exit', 20],
  ['throw', 20],
  ['query', 10],
  ['kill', 20],
])('ends by %s %i times, at other moments, without losing or inventing a row', async (way, times) => {
  for (let time = 0; time < times; time++) {
    await endWhilePersisting(newDatabase(folder), way, (time * 37) % 400)
  }
})

it.each<[UpsertEnd, 'key' | 'primaryKey', number]>([
  ['exit', 'key', 10],
  ['exit', 'primaryKey', 10],
  ['throw', 'key', 5],
  ['close', 'primaryKey', 10],
  ['kill', 'key', 10],
  ['kill', 'primaryKey', 10],
])('ends by %s while it upserts by %s, %i times, and leaves a round as a whole', async (way, kind, times) => {
  for (let time = 0; time < times; time++) {
    await endWhileUpserting(newDatabase(folder), way, kind, (time * 41) % 500)
  }
})
