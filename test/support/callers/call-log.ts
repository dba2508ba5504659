import { expect } from 'vitest'

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** A call that was made, and not waited for. */
export interface MadeCall {
  readonly number: number
  /** The table that it may change. */
  readonly table: string | undefined
  /** Undefined while it is under way. */
  readonly outcome: Outcome | undefined
  readonly settled: Promise<void>
}

interface Checked extends MadeCall {
  outcome: Outcome | undefined
  readonly what: string
  readonly isRead: boolean
  check(outcome: Outcome): void
}

/** All calls, in the order in which they were made, and what is to be checked of each. */
export class CallLog {
  readonly #made: Checked[] = []

  /** The number of the next call. */
  get length(): number {
    return this.#made.length
  }

  at(number: number): MadeCall | undefined {
    return this.#made[number]
  }

  on(table: string): readonly MadeCall[] {
    return this.#made.filter((made) => made.table === table)
  }

  /**
   * Records a call that may change a table.
   *
   * @param check - Applies it to the model, and checks what became of it.
   */
  write(
    what: string,
    table: string | undefined,
    call: Promise<unknown>,
    check: (outcome: Outcome) => void,
  ): void {
    this.#add(what, table, call, false, check)
  }

  /**
   * Records a call that reads.
   *
   * @param check - Called when all that write have been checked, with the number of the first call that was made after
   * it had settled.
   */
  read(what: string, call: Promise<unknown>, check: (outcome: Outcome, end: number) => void): void {
    let end = 0
    const settled = call.finally(() => {
      end = this.length
    })
    this.#add(what, undefined, settled, true, (outcome) => check(outcome, end))
  }

  /** Waits until every call has settled. */
  async settle(): Promise<void> {
    await Promise.all(this.#made.map(({ settled }) => settled))
  }

  /** Checks what became of each call. */
  check(): void {
    for (const made of this.#made) if (!made.isRead) this.#check(made)
    for (const made of this.#made) if (made.isRead) this.#check(made)
  }

  #add(
    what: string,
    table: string | undefined,
    call: Promise<unknown>,
    isRead: boolean,
    check: (outcome: Outcome) => void,
  ): void {
    const settle = (outcome: Outcome) => {
      made.outcome = outcome
    }
    const settled = call.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    )
    const made: Checked = { what, table, settled, check, isRead, number: this.length, outcome: undefined }
    this.#made.push(made)
  }

  #check({ number, what, outcome, check }: Checked): void {
    try {
      check(outcome ?? expect.fail('has not settled'))
    } catch (error) {
      if (error instanceof Error) error.message = `Call ${number}, ${what}: ${error.message}`
      throw error
    }
  }
}

/** What a call resolved to. */
export function resultOf<Value>(outcome: Outcome): Value {
  if ('error' in outcome) throw outcome.error
  // As its caller knows it.
  return outcome.value as Value
}

/** What a call rejected with. */
export function errorOf(outcome: Outcome): unknown {
  return 'error' in outcome ? outcome.error : expect.fail('has resolved')
}

export function codeOf(outcome: Outcome): unknown {
  if (!('error' in outcome) || !(outcome.error instanceof Error)) return undefined
  return 'code' in outcome.error ? outcome.error.code : outcome.error
}
