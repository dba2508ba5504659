import type { SqlWord } from './sql-words.js'

/** The statement that an EXPLAIN or a PREPARE is of. */
export function explained(statement: readonly SqlWord[]): readonly SqlWord[] {
  let start = 0
  const isAt = (...texts: string[]) => texts.includes(statement[start]?.text ?? '')
  if (isAt('explain')) {
    start++
    if (isAt('analyze', 'analyse')) start++
    if (isAt('verbose')) start++
    if (isAt('(') && statement[start - 1]?.text === 'explain')
      start = 1 + statement.findIndex(({ text, depth }) => text === ')' && depth === 0)
  }
  if (isAt('prepare')) start = 1 + statement.findIndex(({ text }, index) => index > start && text === 'as')
  return statement.slice(start)
}
