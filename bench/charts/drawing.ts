import { type ColorName, palette } from './palette.js'
import { plainText } from './plain-text.js'

/** Names that readers' systems have, without quotes, which an attribute could not hold. */
export const fontFamily = 'system-ui, sans-serif'

export interface TextStyle {
  readonly size?: number
  readonly isBold?: boolean
  readonly color?: ColorName
  readonly align?: 'left' | 'center' | 'right'
}

/** A text at a point: the middle of its line's height, and the side that `align` names. */
export function drawText(text: string, x: number, y: number, style: TextStyle = {}) {
  const { size = 12, isBold = false, color = 'ink', align = 'left' } = style
  return {
    type: 'text',
    z: 10,
    x,
    y,
    silent: true,
    style: {
      text: plainText(text),
      fontFamily,
      fontSize: size,
      fontWeight: isBold ? 'bold' : 'normal',
      fill: palette[color].light,
      align,
      verticalAlign: 'middle',
    },
  } as const
}

/** A text along a vertical axis, read upwards, in the middle of a height. */
export function drawUpwards(text: string, x: number, y: number) {
  return {
    ...drawText(text, x, y, { size: 12, color: 'muted', align: 'center' }),
    rotation: Math.PI / 2,
  } as const
}

/** A filled rectangle below everything else. */
export function drawRect(x: number, y: number, width: number, height: number, color: ColorName) {
  return {
    type: 'rect',
    silent: true,
    z: -10,
    shape: { x, y, width: Math.max(0, width), height },
    style: { fill: palette[color].light },
  } as const
}

/** Covers the lines of the grid where a text stands on them. */
export function drawPatch(x: number, y: number, width: number, height: number) {
  return { ...drawRect(x, y, width, height, 'page'), z: 1 } as const
}

/** A dotted line that leads from what is drawn to its label. */
export function drawLeader(x1: number, y1: number, x2: number, y2: number, color: ColorName) {
  return {
    type: 'line',
    silent: true,
    shape: { x1, y1, x2, y2 },
    style: { stroke: palette[color].light, lineWidth: 1, lineDash: [1, 3] },
  } as const
}

export type DrawnElement = ReturnType<
  typeof drawText | typeof drawUpwards | typeof drawRect | typeof drawPatch | typeof drawLeader
>
