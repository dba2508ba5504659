import { median } from '../report/median.js'

/**
 * What became of something as rounds went by, a line that is read from left to right: `file (MiB) after 0 rounds: 1.2,
 * 20: 1.3, ...`
 *
 * @param series - Of each trial, a value at the start and one after each tenth of the rounds.
 * @param rounds - How many there were in all.
 */
export function byRounds(
  label: string,
  series: readonly (readonly (number | null)[])[],
  rounds: number,
  digits: number,
): string {
  const points = (series[0] ?? []).map((_, index) => {
    const values = series.map((values) => values[index]).filter((value) => typeof value === 'number')
    return [(index * rounds) / 10, values] as const
  })
  const texts = points
    .filter(([, values]) => values.length > 0)
    .map(([round, values], index) => {
      return `${index === 0 ? `after ${round} rounds` : round}: ${median(values).toFixed(digits)}`
    })
  return `${label} ${texts.join(', ')}`
}
