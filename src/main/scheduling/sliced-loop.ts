import { nextTurn } from './real-timers.js'
import { TimeSlice } from './time-slice.js'

/** A loop that gives the event loop a turn whenever its budget is used up, and that can be brought to its end at once. */
export class SlicedLoop<Item> {
  readonly #slice: TimeSlice
  readonly #slices: Generator<void>
  #mustHurry = false

  /** @param take - Called with each item; what it throws ends the loop. */
  constructor(items: Iterable<Item>, budgetMs: number, take: (item: Item) => void) {
    this.#slice = new TimeSlice(budgetMs)
    this.#slices = this.#takeInSlices(items, take)
  }

  /** @returns undefined where all items were taken in the turn of the call, as few are. */
  run(): Promise<void> | undefined {
    return this.#slices.next().done === true ? undefined : this.#runTheRest()
  }

  /** Takes all items that are left, for a process that is exiting. */
  finish(): void {
    this.#mustHurry = true
    this.#slices.next()
  }

  async #runTheRest(): Promise<void> {
    do await nextTurn()
    while (this.#slices.next().done !== true)
  }

  /** Yields after each slice but the last. */
  *#takeInSlices(items: Iterable<Item>, take: (item: Item) => void): Generator<void> {
    this.#slice.start()
    for (const item of items) {
      take(item)
      if (this.#mustHurry || !this.#slice.isOver()) continue
      yield
      this.#slice.start()
    }
  }
}

/** The items, with a turn of the event loop whenever the budget is used up; the time of the taker counts, too. */
export async function* inSlices<Item>(items: Iterable<Item>, budgetMs: number): AsyncGenerator<Item> {
  const slice = new TimeSlice(budgetMs)
  slice.start()
  for (const item of items) {
    yield item
    if (!slice.isOver()) continue
    await nextTurn()
    slice.start()
  }
}

/** Runs work to its result, with a turn of the event loop whenever the budget is used up after one of its steps. */
export async function runInSlices<Result>(
  steps: Iterator<unknown, Result>,
  budgetMs: number,
): Promise<Result> {
  const slice = new TimeSlice(budgetMs)
  slice.start()
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value
    if (!slice.isOver()) continue
    await nextTurn()
    slice.start()
  }
}
