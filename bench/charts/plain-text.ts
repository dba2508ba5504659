/** The text less what XML has no way to write, such as control characters: those are shown as replaced. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are replaced.
  return text.toWellFormed().replace(/[\u0000-\u001f\ufffe\uffff]/g, '\ufffd')
}
