import { type DrawnElement, drawText } from './drawing.js'
import { wrapText } from './text-layout.js'

/** What stands around every chart. */
export interface Heading {
  readonly title: string
  /** What is shown, how it is read, and which way is better. */
  readonly subtitle: string
  /** Machine, versions, date and command, a line each. */
  readonly caption: readonly string[]
}

export const chartWidth = 960
/** Free on the left and the right of everything, in pixels. */
export const margin = 20

const titleSize = 18
const subtitleSize = 13
const captionSize = 11

/** The texts around a chart, and the heights that they take from it. */
export interface Frame {
  /** Free below this, in pixels from the top. */
  readonly top: number
  /** Free above this, in pixels from the bottom. */
  readonly bottom: number
  /** The texts, once the height of the whole is known. */
  draw(height: number): DrawnElement[]
}

export function frame({ title, subtitle, caption }: Heading): Frame {
  const width = chartWidth - 2 * margin
  const titles = wrapText(title, width, titleSize, true)
  const subtitles = subtitle === '' ? [] : wrapText(subtitle, width, subtitleSize)
  const captions = caption.flatMap((line) => wrapText(line, width, captionSize))
  const subtitleTop = margin + titles.length * 24
  const bottom = captions.length * 16 + margin
  return {
    top: subtitleTop + subtitles.length * 19 + 12,
    bottom,
    draw: (height) => [
      ...titles.map((line, index) =>
        drawText(line, margin, margin + 10 + index * 24, { size: titleSize, isBold: true }),
      ),
      ...subtitles.map((line, index) =>
        drawText(line, margin, subtitleTop + 10 + index * 19, { size: subtitleSize, color: 'muted' }),
      ),
      ...captions.map((line, index) =>
        drawText(line, margin, height - bottom + 10 + index * 16, { size: captionSize, color: 'muted' }),
      ),
    ],
  }
}
