import { splitWithStrings } from '../sql/sql-words.js'

/**
 * The values of the string constants that say where a COPY writes to: those after a TO that is in no parentheses, and
 * what they are together, for one may be made of several.
 */
export function copyTargets(sql: string): string[] {
  return splitWithStrings(sql).flatMap((words) => {
    const to = words.findIndex(({ text, isString, depth }) => text === 'to' && !isString && depth === 0)
    if (to === -1) return []
    const constants = words.slice(to).flatMap(({ text, isString }) => (isString ? [text] : []))
    return constants.flatMap((text, index) => [text, constants.slice(0, index + 1).join('')])
  })
}
