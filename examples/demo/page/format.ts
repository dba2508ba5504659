const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })

export const bytesPerMebibyte = 1024 * 1024

export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1.25M`. */
export function formatShort(count: number): string {
  return short.format(count)
}

export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : whole.format(ms)} ms`
}

/** `100 ms`, `10 s`: as short as it can be. */
export function formatShortMs(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}

export function formatMebibytes(bytes: number): string {
  return `${(bytes / bytesPerMebibyte).toFixed(1)} MiB`
}
