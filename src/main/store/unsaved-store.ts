import { reportLoss } from '../../process/report-loss.js'
import type { Settings } from '../../protocol/instance-news.js'
import { quoteName, quoteText, showPath } from '../../protocol/visible-text.js'
import { type KeyRange, toKeyRange } from './key-range.js'
import type { Change } from './layer.js'
import { toStoredText } from './stored-text.js'

/** A change with its value as the text that is saved, for another process to make. */
export type UnsavedChange =
  | readonly ['set', key: string, text: string]
  | readonly ['delete', key: string]
  | readonly ['clear', range?: KeyRange | undefined]

/** What a store could not save by its own worker when the process exits. */
export interface UnsavedStore {
  /** The absolute path of the file. */
  readonly path: string
  /** DuckDB's settings, where the service of a caller was opened with some. */
  readonly config: Settings | undefined
  readonly tableName: string
  readonly timestamps: boolean
  readonly changes: readonly UnsavedChange[]
}

/** Says on stderr what of a store is lost. */
export function reportUnsaved(
  { path, tableName }: Pick<UnsavedStore, 'path' | 'tableName'>,
  what: string,
): void {
  reportLoss(
    `what was due to be saved at exit is lost: ${what} of ${quoteName(tableName)} in ${showPath(path)}`,
  )
}

/** How many changes, and of which keys. */
export function describeChanges({ changes }: UnsavedStore): string {
  const keys = changes.flatMap(([, key]) => (typeof key === 'string' ? [quoteText(key, 60)] : []))
  const some = `${keys.slice(0, 10).join(', ')}${keys.length > 10 ? ', ...' : ''}`
  return `${changes.length} changes${keys.length === 0 ? '' : ` (${some})`}`
}

/** The changes with their values as JSON; those whose values have none are reported. */
export function* toUnsavedChanges<T>(
  changes: Iterable<Change<T>>,
  report: (what: string) => void,
): Generator<UnsavedChange> {
  for (const change of changes) {
    if (change.type === 'clear')
      yield change.range === undefined ? ['clear'] : ['clear', toKeyRange(change.range)]
    else if (change.type === 'delete') yield ['delete', change.key]
    else {
      const json = textOf(change.value)
      if (json === undefined) report(`the value of ${quoteText(change.key, 60)}, which has no JSON any more,`)
      else yield ['set', change.key, json]
    }
  }
}

function textOf(value: unknown): string | undefined {
  try {
    return toStoredText(value)
  } catch {
    return undefined
  }
}
