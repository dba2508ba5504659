/** What was asked for cannot be done, and says why: no report, not the same suite. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
}
