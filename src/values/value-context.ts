import type { Reading } from '../protocol/query-value.js'

/** What values are read as. */
export interface ValueContext {
  readonly reading: Reading
  /** Called with a value that the type which an option asks for cannot hold: throws, or returns what is read instead. */
  misfit(option: keyof Reading, text: string): string
}

/** What is wrong with a value that does not fit, by the name of its column and DuckDB's name of the type. */
export function describeMisfit(
  column: string,
  type: string,
  reading: Reading,
): (option: keyof Reading, text: string) => string {
  return (option, text) => {
    const problem =
      option === 'timestamps'
        ? `no Date holds ${text}: read it with \`timestamps: 'string'\` or \`'bigint'\``
        : `${text} is not a safe integer (\`bigints: '${reading.bigints}'\`): read it with \`bigints: 'bigint'\` or \`'string'\``
    return `Column \`${column}\` (${type}): ${problem}`
  }
}
