const intervalMs = 100
/** Those that wait longer than a minute are off the chart. */
const maxUnderWay = 600

/**
 * Sends requests at a fixed rate, whether or not those before them were answered.
 *
 * @param onAnswer - Told when each was sent, and how long it took, in milliseconds.
 */
export function pingAtIntervals(onAnswer: (sentAtMs: number, latencyMs: number) => void): void {
  let underWay = 0
  const ping = async () => {
    const sentAtMs = Date.now()
    const startedAt = performance.now()
    underWay++
    try {
      await fetch('/ping')
      onAnswer(sentAtMs, performance.now() - startedAt)
    } catch {
      // The server is gone, which the status says.
    }
    underWay--
  }
  setInterval(() => {
    if (underWay < maxUnderWay) void ping()
  }, intervalMs)
}
