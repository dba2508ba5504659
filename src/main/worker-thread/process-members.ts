/** What an event of the process concerns. Nothing listens to the event while there is none of it. */
export class ProcessMembers<Member> implements Iterable<Member> {
  readonly #members = new Set<Member>()
  readonly #event: 'beforeExit' | 'exit'
  readonly #listener: (exitCode: number) => void

  constructor(event: 'beforeExit' | 'exit', listener: (exitCode: number) => void) {
    this.#event = event
    this.#listener = listener
  }

  get size(): number {
    return this.#members.size
  }

  add(member: Member): void {
    if (this.#members.size === 0) process.on(this.#event, this.#listener)
    this.#members.add(member)
  }

  delete(member: Member): void {
    this.#members.delete(member)
    if (this.#members.size === 0) process.off(this.#event, this.#listener)
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#members.values()
  }
}
