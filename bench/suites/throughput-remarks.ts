/** What the bar is at 1,000,000 rows; see the README. */
const barRows = 1_000_000
const keyValueShare = 0.9
const numericTimes = 3
const stringifyTimes = 1.3

/**
 * What follows from the times and the main thread's CPU times of a test.
 *
 * @param medianOf - Of a contender's; NaN if it was not there, or there is no such figure.
 */
export function throughputRemarks(
  shape: string,
  size: number,
  medianOf: (contender: string, figure: 'time' | 'cpu') => number,
): readonly string[] {
  const target = (text: string) => (size === barRows ? ` (target: ${text})` : '')
  const share = medianOf('duckpaddle', 'time') / medianOf('Appender on main', 'time')
  const shareTarget = shape === 'key-value' ? target(`at most ${keyValueShare}`) : ''
  const remarks = [`duckpaddle takes ${share.toFixed(2)} of the time of the Appender on main${shareTarget}`]
  if (shape === 'numeric') {
    const times = (1 / share).toFixed(1)
    remarks.push(
      `duckpaddle is ${times} times as fast as the Appender on main${target(`at least ${numericTimes}`)}`,
    )
  }
  const overStringify = medianOf('duckpaddle', 'cpu') / medianOf('JSON.stringify alone', 'cpu')
  if (Number.isFinite(overStringify)) {
    const text = `at most ${stringifyTimes}`
    remarks.push(
      `duckpaddle keeps the main thread for ${overStringify.toFixed(2)} times the CPU time of JSON.stringify alone${target(text)}`,
    )
  }
  return remarks
}
