/** A colour, and what it becomes where the reader prefers dark pages. */
interface Color {
  readonly light: string
  readonly dark: string
}

/**
 * The colours of a chart. A chart is drawn in the light ones; its style sheet then finds them by their values, so that
 * no two may be the same. Text has a contrast of at least 4.5 to its page in both, and duckpaddle is the only warm one,
 * which colour-blind readers tell from the rest as well.
 */
export const palette = {
  page: { light: '#ffffff', dark: '#0d1117' },
  ink: { light: '#1f2328', dark: '#e6edf3' },
  muted: { light: '#59636e', dark: '#9da7b1' },
  axis: { light: '#818b98', dark: '#6e7681' },
  grid: { light: '#e3e6ea', dark: '#2a313a' },
  track: { light: '#f1f3f6', dark: '#1a212a' },
  ownTrack: { light: '#fdeee5', dark: '#33200f' },
  plain: { light: '#8593a3', dark: '#5f6d7d' },
  faint: { light: '#c3cad2', dark: '#3f4a56' },
  duckpaddle: { light: '#cf4500', dark: '#ff8a47' },
  idle: { light: '#6f7985', dark: '#8b949e' },
  blue: { light: '#0068b3', dark: '#58a6f0' },
  green: { light: '#007a5a', dark: '#3cc39a' },
  purple: { light: '#9a4183', dark: '#e08cc6' },
  navy: { light: '#3d4a8a', dark: '#a9b4f5' },
  teal: { light: '#00727f', dark: '#4fc3d4' },
  olive: { light: '#716a00', dark: '#cfc64e' },
} as const satisfies Record<string, Color>

export type ColorName = keyof typeof palette

/** The rules by which a drawn chart follows the page into the dark; `scope` keeps them off the page around it. */
export function darkStyle(scope: string): string {
  const rules = Object.values(palette).map(({ light, dark }) => {
    return `${scope} [fill="${light}"]{fill:${dark}}${scope} [stroke="${light}"]{stroke:${dark}}`
  })
  return `@media (prefers-color-scheme:dark){${rules.join('')}}`
}
