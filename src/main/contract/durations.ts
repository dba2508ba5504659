/** How long something has taken, of all times since the service was opened: in milliseconds, to within 1 %. */
export interface DurationSummary {
  readonly count: number
  /** 0 where nothing is counted, like all that follow. */
  readonly minMs: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** What has taken more than an hour is counted as an hour. */
  readonly maxMs: number
}

/** Where the time of calls goes. What has failed is not counted. */
export interface Durations {
  /** Each call of `persist()` and `transaction()`: from the call until its rows begin to be encoded, or its work begins. */
  readonly waiting: DurationSummary
  /** Each commit that calls share, and each call alone: for how long, in all, encoding its rows has held the event loop. */
  readonly encoding: DurationSummary
  /** The same: from its last row on until COMMIT. The rest of its rows is written, and the worker decides about them. */
  readonly writing: DurationSummary
  /** Each COMMIT of rows, in the worker. */
  readonly commit: DurationSummary
  /** Each `query()` and `run()` of the service, from the call until its rows are there. Those of transactions are not counted. */
  readonly query: DurationSummary
  /** Each slice of encoding: how long it has held the event loop. It is to be about half of `sliceBudgetMs`. */
  readonly slice: DurationSummary
}
