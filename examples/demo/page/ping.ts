const intervalMs = 100
/** Those that wait longer than a minute are off the chart. */
const maxUnderWay = 600

/**
 * Sends requests at a fixed rate, whether or not those before them were answered.
 *
 * @param onAnswer - Told when each was due, and how long it took from then on, in milliseconds.
 */
export function pingAtIntervals(onAnswer: (dueAtMs: number, latencyMs: number) => void): void {
  let underWay = 0
  const ping = async (dueAtMs: number) => {
    underWay++
    try {
      await fetch('/ping')
      onAnswer(dueAtMs, Date.now() - dueAtMs)
    } catch {
      // The server is gone, which the status says.
    }
    underWay--
  }
  let dueAtMs = Date.now()
  setInterval(() => {
    const nowMs = Date.now()
    // After a sleep, or in a tab that is not seen, nothing is made up for.
    if (nowMs - dueAtMs > 10 * intervalMs) dueAtMs = nowMs
    for (; dueAtMs <= nowMs; dueAtMs += intervalMs) if (underWay < maxUnderWay) void ping(dueAtMs)
  }, intervalMs / 2)
}
