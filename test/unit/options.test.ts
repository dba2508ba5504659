import { afterEach, describe, expect, it } from 'vitest'
import { ownOptions } from '../../src/main/contract/check-option.js'
import { type OpenOptions, resolveOpenOptions } from '../../src/main/contract/open-options.js'
import { type PersistOptions, resolvePersistOptions } from '../../src/main/contract/persist-options.js'
import { parseColumn } from '../../src/main/schema/parse-column-type.js'
import { resolveTableOptions } from '../../src/main/schema/table-definition.js'
import { resolveStorageOptions } from '../../src/main/store/storage-options.js'

// What JavaScript can pass and TypeScript would not.
const openWith = (options: unknown) => () => resolveOpenOptions(options as OpenOptions)
const persistWith = (options: unknown) => () => resolvePersistOptions(options as PersistOptions)

describe('resolveOpenOptions', () => {
  it('has the defaults that its comments tell, frozen', () => {
    const resolved = resolveOpenOptions({})
    expect(resolved).toMatchObject({ readOnly: false, sliceBudgetMs: 2, maxInFlightBytes: 67_108_864 })
    expect(resolved.threads).toBeGreaterThanOrEqual(1)
    expect(resolved.memoryLimit).toMatch(/^\d+MiB$/)
    expect(Object.isFrozen(resolved) && Object.isFrozen(resolved.config)).toBe(true)
  })

  it('has a cap on threads, however they are given', () => {
    expect(resolveOpenOptions({ threads: 1024 }).threads).toBe(1024)
    for (const options of [{ threads: 1025 }, { threads: 1e9 }, { config: { threads: 2000 } }]) {
      expect(openWith(options)).toThrow(RangeError)
    }
    expect(openWith({ config: { WORKER_THREADS: '1e6' } })).toThrow(RangeError)
  })

  it('takes undefined for an option that is not given', () => {
    const none = { threads: undefined, memoryLimit: undefined, readOnly: undefined, sliceBudgetMs: undefined }
    expect(resolveOpenOptions(none)).toEqual(resolveOpenOptions({}))
  })

  it('hands settings to DuckDB as text, the own ones first', () => {
    const { config } = resolveOpenOptions({
      threads: 3,
      readOnly: true,
      memoryLimit: 1e9,
      config: { threads: 2, preserve_insertion_order: false },
    })
    expect(config).toMatchObject({
      threads: '2',
      access_mode: 'READ_ONLY',
      memory_limit: '1000000000B',
      preserve_insertion_order: 'false',
    })
  })

  it.each(['512MB', '2GiB', '1.5 TB', '64kb'])('takes %s for a memory limit', (memoryLimit) => {
    expect(resolveOpenOptions({ memoryLimit }).memoryLimit).toBe(memoryLimit)
  })

  it.each<[unknown]>([
    [null],
    [[]],
    ['app.duckdb'],
    [{ thread: 1 }],
    [{ sliceBudgetMS: 2 }],
    [{ threads: '2' }],
    [{ threads: null }],
    [{ readOnly: 1 }],
    [{ sliceBudgetMs: '2' }],
    [{ maxInFlightBytes: 1_000_000n }],
    [{ memoryLimit: true }],
    [{ config: [] }],
    [{ config: { threads: null } }],
    [{ resourceLimits: { maxOldGenerationSizeMB: 1 } }],
    [{ resourceLimits: { maxOldGenerationSizeMb: '1' } }],
  ])('refuses the type or the name in %o', (options) => {
    expect(openWith(options)).toThrow(TypeError)
  })

  it.each<[unknown]>([
    [{ threads: 0 }],
    [{ threads: 1.5 }],
    [{ threads: Number.NaN }],
    [{ sliceBudgetMs: 0 }],
    [{ sliceBudgetMs: -5 }],
    [{ sliceBudgetMs: Number.NaN }],
    [{ sliceBudgetMs: Number.POSITIVE_INFINITY }],
    [{ maxInFlightBytes: 65_535 }],
    [{ maxInFlightBytes: Number.POSITIVE_INFINITY }],
    [{ memoryLimit: 0 }],
    [{ memoryLimit: '512' }],
    [{ memoryLimit: '80%' }],
    [{ resourceLimits: { stackSizeMb: -1 } }],
  ])('refuses the size in %o', (options) => {
    expect(openWith(options)).toThrow(RangeError)
  })

  it('says what was expected and what came', () => {
    expect(openWith({ sliceBudgetMs: -5 })).toThrow('`sliceBudgetMs` to be a number > 0, got -5 (number)')
    expect(openWith({ thread: 1 })).toThrow('got `thread`')
  })
})

describe('resolvePersistOptions', () => {
  it('has the defaults that its comments tell, frozen', () => {
    const resolved = resolvePersistOptions({})
    expect(resolved).toEqual({
      signal: undefined,
      onProgress: undefined,
      onRowError: 'abort',
      maxRejections: 1000,
      background: false,
      parse: false,
      onConflict: 'error',
    })
    expect(Object.isFrozen(resolved)).toBe(true)
  })

  it('keeps what is given', () => {
    const given = {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onRowError: () => 'skip' as const,
      maxRejections: 0,
      background: true,
      parse: true,
      onConflict: 'update' as const,
    }
    expect(resolvePersistOptions(given)).toEqual(given)
  })

  it.each<[unknown]>([
    [null],
    ['skip'],
    [{ onError: 'skip' }],
    [{ signal: {} }],
    [{ signal: null }],
    [{ onProgress: 1 }],
    [{ onRowError: 'ignore' }],
    [{ onRowError: null }],
    [{ maxRejections: '5' }],
  ])('refuses the type or the name in %o', (options) => {
    expect(persistWith(options)).toThrow(TypeError)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %d as `maxRejections`',
    (maxRejections) => {
      expect(persistWith({ maxRejections })).toThrow(RangeError)
    },
  )
})

describe('options that every object inherits', () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>
  const added: string[] = []

  function add(name: string, value: unknown): void {
    prototype[name] = value
    added.push(name)
  }

  afterEach(() => {
    for (const name of added.splice(0)) delete prototype[name]
  })

  it('are none', () => {
    const before = [resolveOpenOptions({}), resolvePersistOptions({})]
    for (const name of [
      'threads',
      'memoryLimit',
      'readOnly',
      'config',
      'sliceBudgetMs',
      'maxInFlightBytes',
    ]) {
      add(name, 1)
    }
    for (const name of ['resourceLimits', 'onConflict', 'signal', 'onProgress', 'maxRejections'])
      add(name, 'skip')
    for (const name of ['onRowError', 'durability', 'autoPersist', 'tableName']) add(name, 'skip')
    for (const name of ['columns', 'key', 'primaryKey', 'timeoutMs', 'maxDelayMs', 'maxChanges'])
      add(name, -1)
    expect([resolveOpenOptions({}), resolvePersistOptions({})]).toEqual(before)
    expect(resolveStorageOptions({ database: ':memory:' })).toMatchObject({
      tableName: 'storage',
      durability: 'batched',
      onRowError: 'abort',
      autoPersist: { maxDelayMs: 1000, maxChanges: 10_000 },
    })
    expect(resolveTableOptions({})).toMatchObject({ definition: undefined, key: [] })
    expect(resolveTableOptions({ columns: { a: 'INT' } })).toMatchObject({ key: [], impliedNotNull: [] })
    expect(() => resolveStorageOptions({} as never)).toThrow('got undefined')
  })

  it('may have names that an object of options would be refused for', () => {
    add('misspelt', true)
    expect(resolvePersistOptions({})).toMatchObject({ onRowError: 'abort' })
  })
})

describe('ownOptions', () => {
  it('reads each option once', () => {
    let reads = 0
    const given = {
      get maxRejections() {
        return ++reads === 1 ? 5 : 'later'
      },
    }
    expect(resolvePersistOptions(given as never).maxRejections).toBe(5)
    expect(reads).toBe(1)
  })

  it('has a property for nothing but what is given', () => {
    const own = ownOptions('the options', { a: 1 } as { a: number; toString?: unknown }, ['a'])
    expect(own.toString).toBeUndefined()
    expect(() => ownOptions('the options', JSON.parse('{"__proto__": {}}'), ['a'])).toThrow('`__proto__`')
  })

  it.each<[string, () => unknown]>([
    ['threads', openWith({ threads: null })],
    ['memoryLimit', openWith({ memoryLimit: null })],
    ['readOnly', openWith({ readOnly: null })],
    ['config', openWith({ config: null })],
    ['sliceBudgetMs', openWith({ sliceBudgetMs: null })],
    ['maxInFlightBytes', openWith({ maxInFlightBytes: null })],
    ['resourceLimits', openWith({ resourceLimits: null })],
    ['resourceLimits.stackSizeMb', openWith({ resourceLimits: { stackSizeMb: null } })],
    ['signal', persistWith({ signal: null })],
    ['onProgress', persistWith({ onProgress: null })],
    ['onRowError', persistWith({ onRowError: null })],
    ['onConflict', persistWith({ onConflict: null })],
    ['maxRejections', persistWith({ maxRejections: null })],
    ['columns', () => resolveTableOptions({ columns: null } as never)],
    ['key', () => resolveTableOptions({ key: null } as never)],
    ['primaryKey', () => resolveTableOptions({ columns: { a: 'INT' }, primaryKey: null } as never)],
    ['a', () => parseColumn('a', null)],
    ['database', () => resolveStorageOptions({ database: null } as never)],
    ['tableName', () => resolveStorageOptions({ database: 'a', tableName: null } as never)],
    ['autoPersist', () => resolveStorageOptions({ database: 'a', autoPersist: null } as never)],
    [
      'autoPersist.maxChanges',
      () => resolveStorageOptions({ database: 'a', autoPersist: { maxChanges: null } } as never),
    ],
    ['durability', () => resolveStorageOptions({ database: 'a', durability: null } as never)],
  ])('takes null for no value of `%s`', (name, resolve) => {
    expect(resolve).toThrow(TypeError)
    expect(resolve).toThrow(new RegExp(`\`${name}\`.* got null`))
  })
})
