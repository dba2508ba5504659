import type { CustomSeriesOption } from 'echarts'
import { type ColorName, palette } from './palette.js'

/** From the least to the most of several trials, as seen from the median. */
export interface Range {
  /** Where it lies on the other axis: a number, or the index of a category. */
  readonly at: number
  readonly least: number
  readonly most: number
}

/** Half the width of the strokes at the ends of a range, in pixels. */
const endPixels = 4

/** Lines from the least to the most, along the axis that `direction` names. */
export function rangeSeries(
  ranges: readonly Range[],
  direction: 'x' | 'y',
  color: ColorName,
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    z: 5,
    data: ranges.map(({ at, least }) => (direction === 'x' ? [least, at] : [at, least])),
    renderItem: (params, api) => {
      const range = ranges[params.dataIndex]
      if (range === undefined) return null
      const { at, least, most } = range
      const ends =
        direction === 'x'
          ? [api.coord([least, at]), api.coord([most, at])]
          : [api.coord([at, least]), api.coord([at, most])]
      const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = ends
      const [dx, dy] = direction === 'x' ? [0, endPixels] : [endPixels, 0]
      const line = (shape: { x1: number; y1: number; x2: number; y2: number }) => ({
        type: 'line' as const,
        shape,
        style: { fill: 'none', stroke: palette[color].light, lineWidth: 1.5 },
      })
      return {
        type: 'group',
        children: [
          line({ x1, y1, x2, y2 }),
          line({ x1: x1 - dx, y1: y1 - dy, x2: x1 + dx, y2: y1 + dy }),
          line({ x1: x2 - dx, y1: y2 - dy, x2: x2 + dx, y2: y2 + dy }),
        ],
      }
    },
  }
}
