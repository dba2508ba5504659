import type { SqlWord } from './sql-words.js'

/** Whether a statement is CREATE or DROP of a secret. */
export function isAboutSecret(statement: readonly SqlWord[]): boolean {
  if (statement[0]?.text !== 'create' && statement[0]?.text !== 'drop') return false
  const kind = statement.slice(1).find(({ text }) => !secretModifiers.has(text))
  return kind?.text === 'secret'
}

const secretModifiers: ReadonlySet<string> = new Set(['or', 'replace', 'temp', 'temporary', 'persistent'])
