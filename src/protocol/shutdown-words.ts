/**
 * The words of the shared memory by which main and worker agree that no DuckDB call is under way.
 *
 * Ending a thread, or the process, while DuckDB works on it aborts the process (SIGABRT). So the worker says that it
 * is busy before it looks at the stop word, and main sets the stop word before it looks at the state: one of the two
 * always sees the other (sequentially consistent Atomics, as in Dekker's algorithm).
 */
export const shutdownWords = {
  /** 0, or 1 once main asks the worker to stop whatever it is doing and to close the database. */
  stop: 0,
  /** One of {@link workerStates}. */
  state: 1,
} as const

export const workerStates = {
  /** No database is open; the thread may be ended at any time. */
  parked: 0,
  /** DuckDB is being loaded, or a database is open or being opened; the thread must be asked to stop first. */
  attached: 1,
} as const

/** Bytes of the shared memory: one Int32 per word. */
export const shutdownWordsBytes = 8
