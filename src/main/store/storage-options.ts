import { isPromise } from 'node:util/types'
import { checkNumber, checkType, ownOptions } from '../contract/check-option.js'
import { describeValue } from '../contract/describe-value.js'
import { defaultSliceBudgetMs } from '../contract/open-options.js'
import { checkDatabase } from '../database/database-path.js'
import { findRemoteCatalog, hideConnection } from '../database/remote-catalog.js'
import type { PersistenceService } from '../persistence-service.js'
import { internalsOf, isForeignService, isService } from '../service-internals.js'

export interface AutoPersistOptions {
  /**
   * How long, in milliseconds, a change may wait until it is saved.
   *
   * Minimum: 0. Counted from the first change after a save.
   *
   * @defaultValue 1,000
   */
  readonly maxDelayMs?: number | undefined
  /**
   * How many keys may have changed until they are saved.
   *
   * Minimum: 1.
   *
   * @defaultValue 10,000
   */
  readonly maxChanges?: number | undefined
}

export interface StorageAdapterOptions {
  /** Path of the file, `':memory:'`, or a service that is open, and is left open. */
  readonly database: string | PersistenceService
  /**
   * Where any DuckDB client finds `key` and `value`. Letters, digits and underscores, not beginning with a digit.
   *
   * @defaultValue `'storage'`
   */
  readonly tableName?: string | undefined
  /**
   * Has the table keep, in the columns `created_at` and `updated_at`, when a key was set first and saved last (UTC). A
   * table that has such columns keeps them without this, too. Entries that were saved before have NULL.
   *
   * @defaultValue false
   */
  readonly timestamps?: boolean | undefined
  /**
   * When changes are saved by themselves; false leaves it to `persist()` and `close()`. The timer does not keep the
   * process alive.
   *
   * @defaultValue `{ maxDelayMs: 1000, maxChanges: 10000 }`
   */
  readonly autoPersist?: AutoPersistOptions | false | undefined
  /**
   * - `'batched'`: a change resolves when it is made in memory, and is saved as `autoPersist` says.
   * - `'each'`: a change resolves when it is committed; changes that wait at the same time share a commit.
   *
   * @defaultValue `'batched'`
   */
  readonly durability?: 'batched' | 'each' | undefined
  /**
   * What becomes of the other changes where a value has no JSON when its turn comes: it was changed in place, or its
   * `toJSON` throws. With `'abort'` none is saved; with `'skip'` all but it. It stays due either way.
   *
   * @defaultValue `'abort'`
   */
  readonly onRowError?: 'abort' | 'skip' | undefined
}

export interface ResolvedStorageOptions {
  readonly database: string | PersistenceService
  readonly tableName: string
  readonly timestamps: boolean
  readonly autoPersist: { readonly maxDelayMs: number; readonly maxChanges: number } | undefined
  readonly durability: 'batched' | 'each'
  readonly onRowError: 'abort' | 'skip'
  /** How long, in milliseconds, a loop over many entries may hold the event loop: as long as the service. */
  readonly sliceBudgetMs: number
}

const names = ['database', 'tableName', 'timestamps', 'autoPersist', 'durability', 'onRowError']

export function resolveStorageOptions(options: StorageAdapterOptions): ResolvedStorageOptions {
  const {
    database,
    tableName = 'storage',
    timestamps = false,
    autoPersist = {},
    durability = 'batched',
    onRowError = 'abort',
  } = ownOptions('the options of DuckDBStorageAdapter', options, names)
  checkStorageDatabase(database)
  if (typeof tableName !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(tableName)) {
    const expected = 'letters, digits and underscores, not beginning with a digit'
    throw new TypeError(`Expected \`tableName\` to be ${expected}, got ${describeValue(tableName)}`)
  }
  checkType('timestamps', timestamps, 'boolean')
  checkChoice('durability', durability, ['batched', 'each'])
  checkChoice('onRowError', onRowError, ['abort', 'skip'])
  return Object.freeze({
    database,
    tableName,
    timestamps,
    autoPersist: resolveAutoPersist(autoPersist),
    durability,
    onRowError,
    sliceBudgetMs: isService(database) ? internalsOf(database).sliceBudgetMs : defaultSliceBudgetMs,
  })
}

function checkStorageDatabase(database: unknown): asserts database is string | PersistenceService {
  if (isService(database)) return
  if (typeof database === 'string') {
    checkDatabase(database)
    if (findRemoteCatalog(database, false) === undefined) return
    throw new TypeError(
      `Expected \`database\` to be a path or ':memory:', for a store has one owner, got ${describeValue(hideConnection(database))}`,
    )
  }
  const expected = "Expected `database` to be a path, ':memory:' or a PersistenceService made by open()"
  if (isPromise(database)) throw new TypeError(`${expected}, got a Promise: await it first`)
  if (!isForeignService(database)) throw new TypeError(`${expected}, got ${describeValue(database)}`)
  const got = 'got one of another copy of duckpaddle'
  throw new TypeError(
    `${expected}, ${got}: import \`open\` and the store from the same one; \`npm ls duckpaddle\` lists them`,
  )
}

function resolveAutoPersist(autoPersist: AutoPersistOptions | false): ResolvedStorageOptions['autoPersist'] {
  if (autoPersist === false) return undefined
  const own = ownOptions('`autoPersist`', autoPersist, ['maxDelayMs', 'maxChanges'])
  const { maxDelayMs = 1000, maxChanges = 10_000 } = own
  checkNumber('autoPersist.maxDelayMs', maxDelayMs, 0, false)
  checkNumber('autoPersist.maxChanges', maxChanges, 1, true)
  return Object.freeze({ maxDelayMs, maxChanges })
}

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return
  const expected = choices.map((choice) => `'${choice}'`).join(' or ')
  throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${describeValue(value)}`)
}
