/** A figure as it stands in a chart: `2,103`, `31.4`, `1.9`, `0.032`; a dash where there is none. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  if (size >= 1) return value.toFixed(1)
  return String(Number(value.toPrecision(2)))
}

/** A figure of which only the size matters, to three digits: `812,000`. */
export function roundNumber(value: number): string {
  return formatNumber(Number(value.toPrecision(3)))
}

/** A number at an axis: as it is, with separators. */
export function formatTick(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 6 })
}
