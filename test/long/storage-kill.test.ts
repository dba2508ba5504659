import { expect, it } from 'vitest'
import { killWhileSaving } from '../support/kill-while-saving.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

it.concurrent.each([
  [100, 400],
  [6000, 8000],
])(
  'is killed 50 times while it saves up to %i changes of %i keys, and leaves a save as a whole',
  async (changes, keys) => {
    let [path, timesFolded] = ['', 0]
    for (let time = 0; time < 50; time++) {
      // Five times on one file, so that a process goes on with what others have left.
      if (time % 5 === 0) path = newDatabase(folder)
      const moment = { afterSaves: 1 + (time % 4), delayMs: (time * 37) % 150 }
      const folded = await killWhileSaving(path, { seed: changes + time, keys, changes, ...moment })
      if (folded > 0) timesFolded++
    }
    // Few changes do not fill the log.
    if (changes > 1000) expect(timesFolded).toBeGreaterThan(10)
  },
)
