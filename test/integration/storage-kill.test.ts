import { it } from 'vitest'
import { killWhileSaving } from '../support/kill-while-saving.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it('is killed three times while it saves, and leaves the last save that was acknowledged, or a later one, as a whole', async () => {
  const path = newDatabase(folder)
  for (let time = 0; time < 3; time++) {
    // On one file, so that each process goes on with what the one before has left.
    const changes = time % 2 === 0 ? 100 : 4000
    const moment = { afterSaves: time, delayMs: 30 * time }
    await killWhileSaving(path, { seed: time, keys: 2 * changes, changes, ...moment })
  }
})
