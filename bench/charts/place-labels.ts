/**
 * Moves labels apart that would overlap, as little as that takes.
 *
 * @param wanted - Where the middle of each label should be, in pixels.
 * @param height - Of a label.
 * @returns where the middle of each is to be, in the order of `wanted`.
 */
export function placeLabels(
  wanted: readonly number[],
  height: number,
  top: number,
  bottom: number,
): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
  const placed = [...wanted]
  let free = top
  for (const index of order) {
    placed[index] = Math.max(placed[index] ?? 0, free + height / 2)
    free = placed[index] + height / 2
  }
  let limit = Math.max(bottom, top + height * wanted.length)
  for (const index of order.reverse()) {
    placed[index] = Math.min(placed[index] ?? 0, limit - height / 2)
    limit = placed[index] - height / 2
  }
  return placed
}
