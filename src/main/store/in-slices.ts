import { nextTurn, now } from '../scheduling/real-timers.js'

/** The items, with a turn of the event loop whenever the budget is used up; the time of the taker counts, too. */
export async function* inSlices<Item>(items: Iterable<Item>, budgetMs: number): AsyncGenerator<Item> {
  let startedAt = now()
  for (const item of items) {
    yield item
    if (now() - startedAt < budgetMs / 2) continue
    await nextTurn()
    startedAt = now()
  }
}
