import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from './contender.js'

const idleMs = 1500

/** Nothing is written for a while: what the machine itself does to the loop. */
export const idle: Contender = {
  open: async () => ({
    async write() {
      await sleep(idleMs)
      return undefined
    },
    close: async () => undefined,
  }),
}
