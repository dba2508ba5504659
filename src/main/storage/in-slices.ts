import { setImmediate } from 'node:timers/promises'

/** The items, with a turn of the event loop whenever the budget is used up. */
export async function* inSlices<Item>(items: Iterable<Item>, budgetMs: number): AsyncGenerator<Item> {
  let startedAt = performance.now()
  for (const item of items) {
    yield item
    if (performance.now() - startedAt < budgetMs / 2) continue
    await setImmediate()
    startedAt = performance.now()
  }
}
