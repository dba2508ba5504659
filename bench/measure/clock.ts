/** Milliseconds of a clock that all threads and processes of the machine share, unlike `performance.now()`. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** How long something takes, in milliseconds. */
export async function timeMs(work: () => Promise<unknown> | undefined): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
