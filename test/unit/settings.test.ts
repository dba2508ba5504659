import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SettingChanges, Settings } from '../../src/protocol/instance-news.js'
import { applySettings, createInstance, readSettings } from '../../src/worker/instance/settings.js'

/** Opens a database in memory with settings, and resolves to its settings. */
async function settle(settings: Settings, changes: SettingChanges = {}): Promise<Map<string, string | null>> {
  const instance = await createInstance(':memory:', settings)
  const connection = await instance.connect()
  try {
    await applySettings(connection, settings, changes)
    return await readSettings(connection)
  } finally {
    connection.disconnectSync()
    instance.closeSync()
  }
}

/** Each of a connection, of which every call has its own, so that nothing could be set for all. */
async function localNames(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const result = await connection.run("SELECT name FROM duckdb_settings() WHERE scope = 'LOCAL'")
  return new Set((await result.getRows()).map(([name]) => String(name)))
}

/** The settings that are refused, and named for it: where many are not, half of them at a time. */
async function findRefused(entries: readonly [string, string][]): Promise<string[]> {
  const error = await settle(Object.fromEntries(entries)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error === undefined) return []
  const [[name] = ['']] = entries
  if (entries.length === 1) {
    const message = expect.stringContaining(`\`${name}\``)
    expect(error).toMatchObject({ failure: { code: 'PERSIST_OPEN_FAILED', message } })
    return [name]
  }
  const half = entries.length >> 1
  return [...(await findRefused(entries.slice(0, half))), ...(await findRefused(entries.slice(half)))]
}

describe('settings', () => {
  let all: ReadonlyMap<string, string | null> = new Map()
  let local: ReadonlySet<string> = new Set()
  let instance: DuckDBInstance
  let connection: DuckDBConnection

  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:')
    connection = await instance.connect()
    all = await readSettings(connection)
    local = await localNames(connection)
  })
  afterAll(() => {
    connection.disconnectSync()
    instance.closeSync()
  })

  it('each open at the value that they have, or are named', async () => {
    const entries = [...all].flatMap(([name, value]): [string, string][] =>
      value === null || name === 'lock_configuration' ? [] : [[name, value]],
    )
    const refused = [
      ...(await findRefused(entries.filter(([name]) => local.has(name)))),
      ...(await findRefused(entries.filter(([name]) => !local.has(name)))),
    ]
    expect(all.size).toBeGreaterThan(100)
    // Not adjustable by a user, as DuckDB says; and a value that it shows and does not take.
    expect(refused.filter((name) => !local.has(name))).toEqual([
      '__delta_only_variant_encoding_enabled',
      'force_variant_shredding',
    ])
    const accepted = entries.filter(([name]) => !refused.includes(name))
    const together = await settle({ lock_configuration: 'true', ...Object.fromEntries(accepted) })
    expect(together.get('lock_configuration')).toBe('true')
  })

  it.each<[string, Settings]>([
    ['threads', { threads: '0' }],
    ['access_mode', { access_mode: 'sometimes' }],
    ['TimeZone', { TimeZone: 'Mars/Olympus' }],
    ['default_null_order', { default_null_order: 'Out of Memory Error: failed to allocate' }],
    ['allowed_directories', { allowed_directories: 'no list' }],
    ['enable_external_access', { enable_external_access: 'perhaps' }],
  ])('that are refused are named: %s', async (name, settings) => {
    const message = expect.stringContaining(`\`${name}\``)
    await expect(settle(settings)).rejects.toMatchObject({
      failure: { code: 'PERSIST_OPEN_FAILED', message },
    })
  })

  it('keep the sizes that DuckDB shows, however often they are set again', async () => {
    const sizes = ['999MB', '1GB', '1234567KB', '17GiB', '100MiB', '5MB']
    for (const size of sizes) {
      for (const name of ['memory_limit', 'max_temp_directory_size', 'checkpoint_threshold']) {
        const shown = (await settle({ [name]: size })).get(name)
        expect((await settle({}, { [name]: shown ?? null })).get(name), `${name} = ${size}`).toBe(shown)
      }
    }
  })

  it('that are none here, but of an extension that SQL had loaded, are left out of what is restored', async () => {
    const settings = await settle({}, { s3_no_such_setting: 'x', default_order: 'DESC' })
    expect(settings.get('default_order')).toBe('DESC')
  })
})
