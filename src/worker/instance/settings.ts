import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { SettingChanges, Settings } from '../../protocol/instance-news.js'
import { quoteName } from '../../protocol/visible-text.js'
import { toFailure, WorkerFailure } from '../failure.js'

/**
 * Settings that DuckDB takes only when the instance is made, and those that the opening of a file depends on. All
 * others are set once it is open: some cannot be set before, and DuckDB rejects a bad value only then.
 */
const creationSettings: ReadonlySet<string> = new Set([
  'access_mode',
  'allow_community_extensions',
  'allow_unredacted_secrets',
  'allow_unsigned_extensions',
  'autoinstall_extension_repository',
  'autoinstall_known_extensions',
  'autoload_known_extensions',
  'checkpoint_threshold',
  'custom_extension_repository',
  'custom_user_agent',
  'default_block_size',
  'disable_database_invalidation',
  'duckdb_api',
  'extension_directory',
  'home_directory',
  'max_memory',
  'memory_limit',
  'storage_compatibility_version',
  'temp_directory',
  'threads',
  'vacuum_rebuild_indexes',
  'wal_autocheckpoint',
  'worker_threads',
])

/** What others depend on first; what takes away the right to set more, or to reach a file, last. */
const firstSettings = ['timezone', 'enable_logging']
const lastSettings = [
  'allowed_paths',
  'allowed_directories',
  'enable_external_access',
  'disabled_filesystems',
  'lock_configuration',
]

const externalAccess = 'enable_external_access'

/** Makes the instance with the settings that belong there. */
export async function createInstance(path: string, settings: Settings): Promise<DuckDBInstance> {
  const config = creationConfig(settings)
  try {
    return await DuckDBInstance.create(path, config)
  } catch (error) {
    throw (await findRefused(config)) ?? error
  }
}

/** The settings that the making of an instance takes. */
export function creationConfig(settings: Settings): Record<string, string> {
  const entries = Object.entries(settings).filter(isForCreation)
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

/**
 * Sets what the making of the instance did not take, and then what SQL has set since.
 *
 * @throws a failure that names the setting which is refused.
 */
export async function applySettings(
  connection: DuckDBConnection,
  settings: Settings,
  changes: SettingChanges,
): Promise<void> {
  const known = await readSettings(connection)
  const given = Object.entries(settings).filter((entry) => !isForCreation(entry))
  // A setting of an extension that SQL has loaded; here it is not.
  const restored = Object.entries(changes).filter(([name]) => known.has(name))
  // Times without an offset are UTC here, so a cast between TIMESTAMP and TIMESTAMPTZ changes nothing.
  const all = [['TimeZone', 'UTC'] as const, ...given, ...restored]
  for (const [name, value] of all.sort(([left], [right]) => rank(left) - rank(right))) {
    await setGlobal(connection, name, value)
  }
}

/** The values of all global settings. */
export async function readSettings(connection: DuckDBConnection): Promise<Map<string, string | null>> {
  const result = await connection.run('SELECT name, value FROM duckdb_settings()')
  const rows = await result.getRows()
  return new Map(rows.map(([name, value]) => [String(name), value === null ? null : String(value)]))
}

async function setGlobal(
  connection: DuckDBConnection,
  name: string,
  value: string | readonly string[] | null,
): Promise<void> {
  const setting = `"${name.replaceAll('"', '""')}"`
  const sql = value === null ? `RESET GLOBAL ${setting}` : `SET GLOBAL ${setting} = ${toLiteral(name, value)}`
  try {
    await connection.run(sql)
  } catch (error) {
    throw refused(name, error)
  }
}

function isForCreation([name, value]: readonly [string, unknown]): boolean {
  const lowerCase = name.toLowerCase()
  // What can be taken away at any time, and given at the beginning only.
  if (lowerCase === externalAccess) return /^(true|t|yes|y|on|1)$/i.test(String(value))
  return creationSettings.has(lowerCase)
}

function rank(name: string): number {
  const lowerCase = name.toLowerCase()
  if (firstSettings.includes(lowerCase)) return -1
  return lastSettings.indexOf(lowerCase) + 1
}

function toLiteral(name: string, value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map((text) => quote(text)).join(', ')}]`
  return quote(sizeSettings.test(name) ? toBytes(value) : value)
}

const sizeSettings = /^(max_memory|memory_limit|max_temp_directory_size|.*threshold.*|.*_limit|.*_size)$/i

/**
 * DuckDB shows a size rounded down, twice: to the next smaller unit, and to a tenth. Set again as it is shown, it would
 * become smaller each time.
 */
export function toBytes(size: string): string {
  const [, amount, unit] = /^(\d+\.\d) (KiB|MiB|GiB|TiB)$/.exec(size) ?? []
  if (amount === undefined || unit === undefined) return size
  return `${Math.ceil(Number(amount) * 1024) * 1024 ** 'KMGT'.indexOf(unit.charAt(0))}B`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** DuckDB does not say which setting it refuses: the one that it also refuses alone. */
async function findRefused(config: Readonly<Record<string, string>>): Promise<WorkerFailure | undefined> {
  for (const [name, value] of Object.entries(config)) {
    try {
      const instance = await DuckDBInstance.create(':memory:', { [name]: value })
      instance.closeSync()
    } catch (error) {
      const isFileOnly = name.toLowerCase() === 'access_mode' && /in-memory/.test(String(error))
      if (!isFileOnly) return refused(name, error)
    }
  }
  return undefined
}

function refused(name: string, error: unknown): WorkerFailure {
  return new WorkerFailure(
    toFailure(
      error,
      'PERSIST_OPEN_FAILED',
      `The database cannot be opened with the setting ${quoteName(name)}`,
    ),
  )
}
