import { resolve } from 'node:path'
import type { Settings } from '../../protocol/instance-news.js'
import { Deferred } from '../../sync/deferred.js'
import { inMemory } from '../database/database-path.js'
import { internalsOf } from '../service-internals.js'
import type { ChangeSet } from './change-set.js'
import type { Change } from './layer.js'
import type { ResolvedStorageOptions } from './storage-options.js'
import { reportUnsaved, toUnsavedChanges, type UnsavedStore } from './unsaved-store.js'

/** The changes of a store that calls have been promised and that are not in memory yet, for the exit of the process. */
export class ExitChanges<T> {
  readonly #options: ResolvedStorageOptions
  readonly #path: string
  readonly #config: Settings | undefined
  readonly #accepted = new Map<() => readonly Change<T>[], Deferred<void>>()
  /** The worker of the database was given what is due, and writes it. */
  isHandedOver = false

  constructor(options: ResolvedStorageOptions) {
    this.#options = options
    const { database } = options
    if (typeof database === 'string') this.#path = database === inMemory ? database : resolve(database)
    else {
      const { path, config } = internalsOf(database)
      this.#path = path
      this.#config = config
    }
  }

  /** Like the hook of `KeyValueStore`. */
  accept(takeRest: () => readonly Change<T>[]): () => void {
    // Each call is one of its own.
    const take = () => takeRest()
    const made = new Deferred<void>()
    this.#accepted.set(take, made)
    return () => {
      this.#accepted.delete(take)
      made.resolve()
    }
  }

  /** Resolves when the calls that are accepted now have made their changes, or were refused. */
  async made(): Promise<void> {
    await Promise.all([...this.#accepted.values()].map(({ promise }) => promise))
  }

  /** The changes that are not made yet, in the order of their calls. */
  takeAccepted(): Change<T>[] {
    const changes = [...this.#accepted.keys()].flatMap((take) => {
      try {
        return take()
      } catch (error) {
        this.#report(`a call that was refused (${error})`)
        return []
      }
    })
    this.#accepted.clear()
    return changes
  }

  /** What another process is to save; undefined where there is nothing. */
  takeUnsaved(due: readonly ChangeSet<T>[]): UnsavedStore | undefined {
    if (this.#path === inMemory || this.isHandedOver) return undefined
    const made = [...due.flatMap((changes) => [...toChanges(changes)]), ...this.takeAccepted()]
    const changes = [...toUnsavedChanges(made, (what) => this.#report(what))]
    const { tableName, timestamps } = this.#options
    if (changes.length === 0) return undefined
    return { path: this.#path, config: this.#config, tableName, timestamps, changes }
  }

  #report(what: string): void {
    reportUnsaved({ path: this.#path, tableName: this.#options.tableName }, what)
  }
}

function* toChanges<T>({ isCleared, keys }: ChangeSet<T>): Generator<Change<T>> {
  if (isCleared) yield { type: 'clear' }
  for (const [key, change] of keys) {
    yield change.type === 'delete' ? { type: 'delete', key } : { type: 'set', key, value: change.value }
  }
}
