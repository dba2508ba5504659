import { median } from '../report/statistics.js'
import type { Trials } from '../run-trials.js'

/**
 * What became of something as rounds went by, a line that is read from left to right: `file (MiB) after 0 rounds: 1.2,
 * 20: 1.3, ...`
 *
 * @param series - The name of it in the results of the trials.
 * @param rounds - How many there were in all.
 */
export function byRounds(
  label: string,
  series: string,
  all: readonly Trials[],
  rounds: number,
  digits: number,
): string {
  const trials = all.flatMap(({ results }) => results.map((result) => result.series?.[series] ?? []))
  const texts = (trials[0] ?? []).flatMap((_, index) => {
    const values = trials.flatMap((values) => values[index] ?? [])
    return values.length === 0 ? [] : [`${(index * rounds) / 10}: ${median(values).toFixed(digits)}`]
  })
  return `${label} after rounds ${texts.join(', ')}`
}
