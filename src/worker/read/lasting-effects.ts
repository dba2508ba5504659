import { explained } from '../sql/explained.js'
import { splitStatements } from '../sql/sql-words.js'

/** What SQL may leave behind in the instance, besides what it writes to tables. */
export interface LastingEffects {
  /** It may have changed global settings. */
  readonly settings: boolean
  /** It may have altered a table, which makes a log that DuckDB cannot always read when it opens the file. */
  readonly alters: boolean
  /** It may have attached another database. */
  readonly attaches: boolean
}

const settingStatements: ReadonlySet<string> = new Set(['call', 'load', 'pragma', 'reset', 'set'])
const settingHint = /\b(set|reset|pragma|call|load|enable_\w+|disable_\w+)\b/i
const settingFunction = /^(enable|disable)_/
const attachHint = /\battach\b/i
const alterHint = /\b(alter|import)\b/i

/** What `sql` may leave behind, by its words. */
export function lastingEffects(sql: string): LastingEffects {
  return { settings: mayChangeSettings(sql), alters: alterHint.test(sql), attaches: attachHint.test(sql) }
}

function mayChangeSettings(sql: string): boolean {
  if (!settingHint.test(sql)) return false
  return splitStatements(sql).some((statement) => {
    const [first] = explained(statement)
    if (first !== undefined && settingStatements.has(first.text)) return true
    return statement.some(({ text, isCalled }) => isCalled && settingFunction.test(text))
  })
}
