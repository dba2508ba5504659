import { explained } from '../sql/explained.js'
import { type SqlWord, splitStatements } from '../sql/sql-words.js'

/** Names of tables, in lower case and without their schemas; or that any table may be meant. */
export type ChangedTables = ReadonlySet<string> | 'any'

export function unite(left: ChangedTables, right: ChangedTables): ChangedTables {
  return left === 'any' || right === 'any' ? 'any' : new Set([...left, ...right])
}

/** Statements that change no table's columns or constraints, by their first word. */
const harmless: ReadonlySet<string> = new Set([
  'analyze',
  'begin',
  'checkpoint',
  'comment',
  'delete',
  'describe',
  'export',
  'from',
  'insert',
  'install',
  'load',
  'merge',
  'pragma',
  'reset',
  'select',
  'set',
  'show',
  'start',
  'summarize',
  'truncate',
  'update',
  'use',
  'vacuum',
  'values',
  'with',
])

/** What can be created without an effect on any table that is there. */
const creatable: ReadonlySet<string> = new Set([
  'function',
  'macro',
  'schema',
  'secret',
  'sequence',
  'type',
  'view',
])

const modifiers: ReadonlySet<string> = new Set(['or', 'replace', 'temp', 'temporary', 'persistent', 'unique'])

/**
 * The tables whose columns or constraints a call may change, by its words; also those that a FOREIGN KEY of a new one
 * refers to. COMMIT and ROLLBACK, which make changes visible or undo them, are counted with what the call changes.
 */
export function changedTables(sql: string): ChangedTables {
  const names = new Set<string>()
  for (const statement of splitStatements(sql)) {
    const words = explained(statement)
    const changed = changedBy(words)
    if (changed === 'any') return changed
    for (const name of changed) names.add(name)
    for (const [index, { text }] of words.entries()) {
      if (text === 'references') addName(names, words, index + 1)
    }
  }
  return names
}

function changedBy(words: readonly SqlWord[]): ChangedTables {
  const [first] = words
  if (first === undefined || harmless.has(first.text) || isEnd(first.text)) return new Set()
  if (first.text === 'create') return createdBy(words)
  if (first.text === 'copy') return words[1]?.text === 'from' ? 'any' : new Set()
  const isOfTable = (first.text === 'alter' || first.text === 'drop') && words[1]?.text === 'table'
  if (!isOfTable) return first.text === 'drop' && words[1]?.text === 'view' ? new Set() : 'any'
  const names = new Set<string>()
  addName(names, words, skip(words, 2, ['if', 'exists']))
  const renamed = words.findIndex(({ text }, index) => text === 'to' && words[index - 1]?.text === 'rename')
  if (renamed !== -1) addName(names, words, renamed + 1)
  return names
}

function isEnd(word: string): boolean {
  return word === 'commit' || word === 'end' || word === 'rollback' || word === 'abort'
}

function createdBy(words: readonly SqlWord[]): ChangedTables {
  const index = words.findIndex(({ text }, position) => position > 0 && !modifiers.has(text))
  const kind = words[index]?.text ?? ''
  if (creatable.has(kind)) return new Set()
  const names = new Set<string>()
  if (kind === 'table') addName(names, words, skip(words, index + 1, ['if', 'not', 'exists']))
  else if (kind === 'index') {
    const on = words.findIndex(({ text }) => text === 'on')
    if (on === -1) return 'any'
    addName(names, words, on + 1)
  } else return 'any'
  return names
}

/** The position behind a phrase, if it is there. */
function skip(words: readonly SqlWord[], start: number, phrase: readonly string[]): number {
  const isThere = phrase.every((word, offset) => words[start + offset]?.text === word)
  return isThere ? start + phrase.length : start
}

/** Adds every part of the name that begins at `start`: which of them is the table's, DuckDB decides. */
function addName(names: Set<string>, words: readonly SqlWord[], start: number): void {
  for (let index = start; ; index += 2) {
    const word = words[index]
    if (word === undefined) return
    names.add(word.text)
    if (words[index + 1]?.text !== '.') return
  }
}
