/** Runs something, and tells how far the memory of the process grew above what it was before. */
export async function watchMemory<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly rssGrowthBytes: number }> {
  const before = process.memoryUsage.rss()
  let peak = before
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, 10)
  const result = await work()
  clearInterval(timer)
  sample()
  return { result, rssGrowthBytes: peak - before }
}
