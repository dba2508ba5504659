import type { Table } from 'duckpaddle'

/** A `persist()` that has its turn until it is told to end; what is called after it waits. */
export interface HeldTurn {
  /** Resolves when it has its turn. */
  readonly begun: Promise<void>
  /** Ends it; resolves when it is committed. */
  end(): Promise<void>
}

export function holdTurn<Row>(table: Table<Row>): HeldTurn {
  let end = () => {}
  let begin = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const noRows: AsyncIterator<Row> = {
    async next() {
      begin()
      await ended
      return { done: true, value: undefined }
    },
  }
  const call = table.persist({ [Symbol.asyncIterator]: () => noRows })
  return {
    begun,
    async end() {
      end()
      await call
    },
  }
}
