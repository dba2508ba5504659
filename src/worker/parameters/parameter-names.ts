import { readTokens } from '../sql/sql-words.js'

/** The parameters of all statements of `sql`, in their order, each as often as it is there: `?`, `1`, `name`. */
export function parameterNames(sql: string): string[] {
  const names: string[] = []
  let isAfterDollar = false
  for (const { text, kind } of readTokens(sql)) {
    if (kind === 'word' && isAfterDollar) names.push(text)
    else if (kind === 'sign' && text === '?') names.push('?')
    else if (kind === 'sign' && text.length > 1) names.push(text.slice(1).replace(/^0+(?=\d)/, ''))
    isAfterDollar = kind === 'sign' && text === '$'
  }
  return names
}
