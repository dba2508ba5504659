import { ParseProblem } from './parse-problem.js'

type Part = 'months' | 'days' | 'micros'

/** Names of units, in which part each is counted, and how many of it one is. */
const units: readonly (readonly [names: string, part: Part, factor: bigint])[] = [
  ['year years', 'months', 12n],
  ['month months mon mons', 'months', 1n],
  ['week weeks', 'days', 7n],
  ['day days', 'days', 1n],
  ['hour hours hr hrs', 'micros', 3_600_000_000n],
  ['minute minutes min mins', 'micros', 60_000_000n],
  ['second seconds sec secs', 'micros', 1_000_000n],
  ['millisecond milliseconds', 'micros', 1000n],
  ['microsecond microseconds', 'micros', 1n],
]
const unitsByName = new Map(
  units.flatMap(([names, part, factor]) => names.split(' ').map((name) => [name, { part, factor }] as const)),
)

const countPattern = / *(-?\d{1,15}) *([a-z]+)/iy
const clockPattern = / *(-?)(\d{1,9}):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,6})0*)?)?$/y

/** Reads an INTERVAL: `1 year 2 months 3 days 04:05:06.789`, `-1 day`, `36:00:00`; ISO 8601 durations are the encoder's. */
export function parseIntervalText(text: string): unknown {
  if (/^[+-]?P/.test(text)) return text
  const parts: Record<Part, bigint> = { months: 0n, days: 0n, micros: 0n }
  const rest = addCounts(text, parts)
  // A cast adds a clock to hours by its own rules, which differ for negative ones.
  const clock = rest === text.length ? 0n : parts.micros === 0n ? readClock(text, rest) : undefined
  if (clock === undefined || text === '') {
    return new ParseProblem('type', "an interval such as '1 day 02:30:00' or 'P1D'", text)
  }
  return { ...parts, micros: parts.micros + clock }
}

/** Adds what is counted in units; returns where the rest begins. */
function addCounts(text: string, parts: Record<Part, bigint>): number {
  let position = 0
  for (;;) {
    countPattern.lastIndex = position
    const [whole, count = '', name = ''] = countPattern.exec(text) ?? []
    const unit = unitsByName.get(name.toLowerCase())
    if (whole === undefined || unit === undefined) return position
    parts[unit.part] += BigInt(count) * unit.factor
    position += whole.length
  }
}

function readClock(text: string, position: number): bigint | undefined {
  clockPattern.lastIndex = position
  const match = clockPattern.exec(text)
  if (match === null) return undefined
  const [, sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const micros =
    ((BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds)) * 1_000_000n +
    BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}
