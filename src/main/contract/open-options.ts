import { availableParallelism, totalmem } from 'node:os'
import type { Settings } from '../../protocol/instance-news.js'
import type { Reading } from '../../protocol/query-value.js'
import { leftToMain, type Startup } from '../../protocol/startup.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { checkNumber, checkType, ownOptions } from './check-option.js'
import { describeValue } from './describe-value.js'
import { type ReadingOptions, readingOptionNames, resolveReading } from './query-options.js'
import { resolveSandbox } from './resolve-sandbox.js'
import type { ResourceLimits } from './resource-limits.js'
import { resolveStartup, type StartupOptions, startupOptionNames } from './startup-options.js'

export const defaultSliceBudgetMs = 2

export interface OpenOptions extends ReadingOptions, StartupOptions {
  /**
   * Threads that DuckDB computes with, the worker itself being one of them.
   *
   * 1 to 1,024. More make large queries faster and leave less to the main thread.
   *
   * @defaultValue the number of cores less one, at least 1
   */
  readonly threads?: number | undefined
  /**
   * DuckDB's memory limit, such as `'512MB'` or `'2GiB'`, or a number of bytes. What exceeds it is spilled to disk,
   * or fails with `PERSIST_OUT_OF_MEMORY`. It does not bound the memory of the process.
   *
   * @defaultValue a quarter of the memory that the process may use, at least 256 MiB
   */
  readonly memoryLimit?: string | number | undefined
  /**
   * Opens the file for reading only, so that other processes can read it at the same time.
   *
   * @defaultValue false
   */
  readonly readOnly?: boolean | undefined
  /**
   * Keeps SQL to the database itself: no files, no network, no other databases, no extensions, secrets or settings.
   * `docs/untrusted-sql.md` says what is left. Does not go with settings in `config` that give some of it back.
   *
   * @defaultValue false
   */
  readonly sandbox?: boolean | undefined
  /**
   * Further DuckDB settings, by their names: https://duckdb.org/docs/stable/configuration/overview. An array is a list of
   * paths. They come last, and so can also turn extensions back on, which are neither downloaded nor taken from the
   * community by default. With `checkpoint_threshold` DuckDB moves its write-ahead log into the file within the commit
   * that exceeds it; otherwise the service does so when nothing waits.
   *
   * They are set in an order that works, those that restrict last, and again whenever a lost worker is replaced; then
   * also what SQL has set by `SET GLOBAL` meanwhile.
   *
   * @defaultValue `{}`
   */
  readonly config?: Readonly<Record<string, string | number | boolean | readonly string[]>> | undefined
  /**
   * The longest time, in milliseconds, that encoding holds the main thread before it yields to the event loop. A
   * slice ends at half of it, so that garbage collection, which falls into slices, seldom overruns it; a single row may.
   *
   * More than 0.
   *
   * @defaultValue 2
   */
  readonly sliceBudgetMs?: number | undefined
  /**
   * Bytes handed to the worker and not yet written, before encoding waits for it.
   *
   * Minimum: 65,536. One batch may exceed it, and only where a single row does. At most 32 batches are under way,
   * which are of 1 MiB but for rows that are larger: more than that only serves such rows.
   *
   * @defaultValue 67,108,864 (64 MiB)
   */
  readonly maxInFlightBytes?: number | undefined
  /**
   * How many calls may wait for their turn, or for their commit to begin, before `persist()` and `transaction()` reject at
   * once with `PERSIST_OVERLOADED`: for a server that would rather shed load than answer late.
   *
   * Minimum: 1.
   *
   * @defaultValue no limit
   */
  readonly maxWaitingCalls?: number | undefined
  /**
   * Limits of the worker's JavaScript heap. They do not cover DuckDB's memory. Bun ignores them, and on Deno they are a
   * TypeError.
   *
   * @see https://nodejs.org/api/worker_threads.html#new-workerfilename-options
   * @defaultValue Node's own
   */
  readonly resourceLimits?: ResourceLimits | undefined
}

export interface ResolvedOpenOptions {
  readonly threads: number
  readonly memoryLimit: string
  readonly readOnly: boolean
  readonly sandbox: boolean
  readonly config: Settings
  readonly startup: Startup
  readonly sliceBudgetMs: number
  readonly maxInFlightBytes: number
  readonly maxWaitingCalls: number
  readonly resourceLimits: ResourceLimits | undefined
  /** What a query reads where it does not say. */
  readonly reading: Reading
  /** True where DuckDB is to decide when the write-ahead log is moved into the file. */
  readonly isWalLeft: boolean
}

/** Each is a thread of the operating system, with memory of its own. */
const mostThreads = 1024

const threadSettings: readonly string[] = ['threads', 'worker_threads']

/** Two names of the setting by which DuckDB decides when to move the write-ahead log. */
const walSettings: readonly string[] = ['checkpoint_threshold', 'wal_autocheckpoint']

const mebibyte = 1024 * 1024
const names = [
  'threads',
  'memoryLimit',
  'readOnly',
  'sandbox',
  'config',
  'sliceBudgetMs',
  'maxInFlightBytes',
  'maxWaitingCalls',
  'resourceLimits',
  ...readingOptionNames,
  ...startupOptionNames,
]

export function resolveOpenOptions(given: OpenOptions): ResolvedOpenOptions {
  const options = ownOptions('the options of open()', given, names)
  checkThreads('threads', options.threads)
  checkType('readOnly', options.readOnly, 'boolean')
  checkType('sandbox', options.sandbox, 'boolean')
  checkNumber('maxInFlightBytes', options.maxInFlightBytes, 65_536, true)
  checkNumber('maxWaitingCalls', options.maxWaitingCalls, 1, true)
  checkSliceBudget(options.sliceBudgetMs)
  const resourceLimits = resolveResourceLimits(options.resourceLimits)
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const memoryLimit = resolveMemoryLimit(options.memoryLimit)
  const readOnly = options.readOnly ?? false
  const sandbox = options.sandbox ?? false
  const config = resolveConfig(options.config)
  for (const name of Object.keys(config)) {
    // What is no number DuckDB refuses by itself.
    const threads = threadSettings.includes(name.toLowerCase()) ? Number(config[name]) : Number.NaN
    if (threads > mostThreads) checkThreads(`config.${toVisible(name, 60)}`, threads)
  }
  const isWalLeft = Object.keys(config).some((name) => walSettings.includes(name.toLowerCase()))
  return Object.freeze({
    threads,
    memoryLimit,
    readOnly,
    sandbox,
    config: Object.freeze({
      threads: String(threads),
      memory_limit: memoryLimit,
      access_mode: readOnly ? 'READ_ONLY' : 'AUTOMATIC',
      // DuckDB would otherwise download code when a query, or a file of another format, suggests it.
      autoinstall_known_extensions: 'false',
      allow_community_extensions: 'false',
      // DuckDB's 5 keeps that many row groups (122,880 rows each) of a bulk write in memory before it writes them:
      // 300 instead of 215 MiB for 5,000,000 rows of 110 bytes, and no faster.
      write_buffer_row_group_count: '1',
      // Far beyond where this library moves the write-ahead log by itself, at a better moment: see `CheckpointScheduler`.
      ...(isWalLeft ? {} : { checkpoint_threshold: leftToMain }),
      ...config,
      ...(sandbox ? resolveSandbox(config) : {}),
    }),
    startup: resolveStartup(options, sandbox),
    sliceBudgetMs: options.sliceBudgetMs ?? defaultSliceBudgetMs,
    maxInFlightBytes: options.maxInFlightBytes ?? 64 * mebibyte,
    maxWaitingCalls: options.maxWaitingCalls ?? Number.POSITIVE_INFINITY,
    resourceLimits,
    reading: resolveReading(options),
    isWalLeft,
  })
}

function checkThreads(name: string, value: unknown): void {
  checkNumber(name, value, 1, true)
  if (typeof value !== 'number' || value <= mostThreads) return
  throw new RangeError(`Expected \`${name}\` to be at most ${mostThreads}, got ${describeValue(value)}`)
}

function checkSliceBudget(value: unknown): void {
  if (value === undefined) return
  const message = `Expected \`sliceBudgetMs\` to be a number > 0, got ${describeValue(value)}`
  if (typeof value !== 'number') throw new TypeError(message)
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(message)
}

function resolveResourceLimits(given: ResourceLimits | undefined): ResourceLimits | undefined {
  if (given === undefined) return undefined
  const limitNames = ['maxOldGenerationSizeMb', 'maxYoungGenerationSizeMb', 'codeRangeSizeMb', 'stackSizeMb']
  const limits = ownOptions('`resourceLimits`', given, limitNames)
  if (process.versions.deno !== undefined) {
    throw new TypeError(
      'Expected no `resourceLimits` on Deno, where a thread that exceeds them ends unnoticed',
    )
  }
  for (const [name, value] of Object.entries(limits)) checkNumber(`resourceLimits.${name}`, value, 0, false)
  return Object.freeze(limits)
}

function resolveMemoryLimit(value: unknown): string {
  if (value === undefined) {
    const available = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
    return `${Math.max(256, Math.floor(available / 4 / mebibyte))}MiB`
  }
  const message = `Expected \`memoryLimit\` to be bytes, or a size such as '512MB', got ${describeValue(value)}`
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value <= 0) throw new RangeError(message)
    return `${value}B`
  }
  if (typeof value !== 'string') throw new TypeError(message)
  if (!/^\d+(\.\d+)?\s*([KMGT]i?)?B$/i.test(value)) throw new RangeError(message)
  return value
}

function resolveConfig(config: unknown): Settings {
  if (config === undefined) return {}
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`Expected \`config\` to be an object, got ${describeValue(config)}`)
  }
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, toSetting(name, value)]))
}

function toSetting(name: string, value: unknown): string | readonly string[] {
  if (Array.isArray(value) && value.every((path) => typeof path === 'string')) return [...value]
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  const expected = 'a string, number, boolean or an array of strings'
  throw new TypeError(
    `Expected ${quoteName(`config.${name}`)} to be ${expected}, got ${describeValue(value)}`,
  )
}
