import type { Bounds } from './bounds.js'
import { formatTick } from './format-number.js'
import { palette } from './palette.js'

export type Scale = 'linear' | 'log'

/** What the axes of all charts have in common; their names are drawn as texts, for which room is left. */
export function axis(scale: Scale, { min, max }: Bounds, isVisible = true) {
  return {
    type: scale === 'log' ? 'log' : 'value',
    min,
    max,
    axisLine: { show: isVisible, onZero: false, lineStyle: { color: palette.axis.light } },
    axisTick: { show: false },
    axisLabel: {
      show: isVisible,
      color: palette.muted.light,
      fontSize: 11,
      formatter: (value: number) => formatTick(value),
    },
    splitLine: { show: true, lineStyle: { color: palette.grid.light } },
  } as const
}
