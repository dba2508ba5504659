import { it } from 'vitest'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
import { endWhileUpserting, type UpsertEnd } from '../support/end-while-upserting.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it.each<[End, number]>([
  ['exit', 40],
  ['throw', 40],
  ['query', 20],
  ['kill', 40],
])('ends by %s %i times, at other moments, without losing or inventing a row', async (way, times) => {
  for (let time = 0; time < times; time++) {
    await endWhilePersisting(newDatabase(folder), way, (time * 37) % 400)
  }
})

it.each<[UpsertEnd, 'key' | 'primaryKey', number]>([
  ['exit', 'key', 20],
  ['exit', 'primaryKey', 20],
  ['throw', 'key', 10],
  ['close', 'primaryKey', 20],
  ['kill', 'key', 20],
  ['kill', 'primaryKey', 20],
])('ends by %s while it upserts by %s, %i times, and leaves a round as a whole', async (way, kind, times) => {
  for (let time = 0; time < times; time++) {
    await endWhileUpserting(newDatabase(folder), way, kind, (time * 41) % 500)
  }
})
