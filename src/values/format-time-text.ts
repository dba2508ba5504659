/** The seconds of a TIMETZ's offset are counted down from here. */
const mostOffsetSeconds = 16 * 60 * 60 - 1
const offsetBits = 24n

/** Nanoseconds since midnight as DuckDB's text: `HH:MM:SS`, with as many digits of the fraction as it needs. */
export function formatNanoTime(nanos: bigint): string {
  const seconds = Number(nanos / 1_000_000_000n)
  const fraction = pad(Number(nanos % 1_000_000_000n), 9).replace(/0+$/, '')
  const clock = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  return fraction === '' ? clock : `${clock}.${fraction}`
}

/** A TIMETZ, 40 bits of microseconds and 24 of the offset, as DuckDB's text, such as `12:00:00+05:30`. */
export function formatZonedTime(bits: bigint): string {
  const micros = BigInt.asUintN(40, bits >> offsetBits)
  const offset = mostOffsetSeconds - Number(BigInt.asUintN(Number(offsetBits), bits))
  return formatNanoTime(micros * 1000n) + formatOffset(offset)
}

function formatOffset(offset: number): string {
  const seconds = Math.abs(offset)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop()
  return (offset < 0 ? '-' : '+') + parts.map((part) => pad(part, 2)).join(':')
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
