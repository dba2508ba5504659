import { rm } from 'node:fs/promises'
import { describe, it } from 'vitest'
import { activities, endInActivity, ways } from '../support/end-in-activity.js'
import { openInThreads } from '../support/open-in-threads.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** Each way of ending is tried at so many moments, which differ from activity to activity; all of them at once. */
const moments = 2

describe.each(activities)('a process that ends in the middle of its activity (%s)', (activity) => {
  it.each(Object.keys(ways) as (keyof typeof ways)[])(
    'by %s never aborts, and loses nothing',
    async (way) => {
      const endAt = async (moment: number) => {
        const path = newDatabase(folder)
        await endInActivity(path, activity, way, (moment * 67 + activity.length * 11 + way.length * 5) % 250)
        await rm(path, { force: true })
      }
      await Promise.all(Array.from({ length: moments }, (_, moment) => endAt(moment)))
    },
  )
})

it.each([
  [2, 20],
  [3, 15],
  [4, 15],
])('%i threads that race to open a file, %i times, lose nothing', async (threads, times) => {
  for (let time = 0; time < times; time++) await openInThreads(newDatabase(folder), threads)
})
