import { setTimeout as sleep } from 'node:timers/promises'

/** Collects what preparations have left behind, which is no part of what is measured next. */
export async function collectGarbage(): Promise<void> {
  globalThis.gc?.()
  // Other threads sweep what was collected, and give it back, a little later.
  await sleep(100)
}
