/**
 * The outline of delays: each fills the time that it lasted, up to its length, so that a stall is seen for as long as it
 * stood. Where several lie on one column, the longest is seen.
 *
 * @param points - Seconds at which a delay ended, and its milliseconds.
 * @param seconds - How many are shown.
 * @param columns - Into how many steps they are divided.
 * @param floor - What is drawn where there is no delay.
 * @returns corners of the outline, from the left to the right, each as seconds and milliseconds.
 */
export function delayOutline(
  points: readonly (readonly [seconds: number, ms: number])[],
  seconds: number,
  columns: number,
  floor: number,
): [seconds: number, ms: number][] {
  const step = seconds / columns
  const heights = new Float64Array(columns).fill(floor)
  for (const [end, ms] of points) {
    if (!Number.isFinite(end) || !Number.isFinite(ms)) continue
    const first = Math.max(0, Math.floor((end - ms / 1000) / step))
    const last = Math.min(columns - 1, Math.floor(end / step))
    for (let column = first; column <= last; column++) {
      heights[column] = Math.max(heights[column] ?? floor, ms)
    }
  }
  const corners: [number, number][] = [[0, floor]]
  let height = floor
  for (const [column, next] of heights.entries()) {
    if (next === height) continue
    corners.push([column * step, height], [column * step, next])
    height = next
  }
  corners.push([seconds, height], [seconds, floor])
  return corners
}
