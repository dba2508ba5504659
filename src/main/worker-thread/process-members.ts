const events: NodeJS.EventEmitter = process

/** What an event of the process concerns. Nothing listens to the event while there is none of it. */
export class ProcessMembers<Member> implements Iterable<Member> {
  readonly #members = new Set<Member>()
  readonly #event: 'beforeExit' | 'exit'
  readonly #listener: (exitCode: number) => void
  readonly #first: (() => void) | undefined

  /** @param first - Called before the other listeners that are there by then. */
  constructor(event: 'beforeExit' | 'exit', listener: (exitCode: number) => void, first?: () => void) {
    this.#event = event
    this.#listener = listener
    this.#first = first
  }

  get size(): number {
    return this.#members.size
  }

  add(member: Member): void {
    if (this.#members.size === 0) {
      events.on(this.#event, this.#listener)
      if (this.#first !== undefined) events.prependListener(this.#event, this.#first)
    }
    this.#members.add(member)
  }

  delete(member: Member): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    events.off(this.#event, this.#listener)
    if (this.#first !== undefined) events.off(this.#event, this.#first)
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members.values()
  }
}
