const values: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((text) => [text, true] as const),
  ...['false', 'f', 'no', 'n', '0'].map((text) => [text, false] as const),
])

/** Reads `true`, `t`, `yes`, `y`, `1` and their opposites, in any case. */
export function parseBoolean(text: string): unknown {
  return values.get(text.toLowerCase()) ?? text
}
