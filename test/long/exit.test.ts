import { it } from 'vitest'
import { type End, endWhilePersisting } from '../support/end-while-persisting.js'
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
