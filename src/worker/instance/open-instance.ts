import { basename } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { spillPath } from '../../process/database-files.js'
import type { Settings } from '../../protocol/instance-news.js'
import type { OpenRequest } from '../../protocol/requests.js'
import { foldName, mainOf, quoteIdentifier, quoteLiteral, type SchemaRef } from '../../protocol/sql.js'
import type { RemoteCatalog, Startup } from '../../protocol/startup.js'
import { WorkerFailure } from '../failure.js'
import { Instance } from './instance.js'
import { createInstance, creationConfig } from './settings.js'
import { attachRemote, runStartup, type StatementGuard } from './startup.js'
import { switchOffUnsafe } from './unsafe-settings.js'

/**
 * An ALTER that binds an expression (a DEFAULT, a CHECK, a generated column) is written to the log in a form that
 * DuckDB cannot read while it opens its first database, though nothing is lost.
 */
const unreadableLog =
  /^INTERNAL Error: Failure while replaying WAL file ".*": Calling DatabaseManager::GetDefaultDatabase with no default database set/s

/**
 * Opens the database file, or a database in memory, with what is to come before anything else; a file whose log DuckDB
 * cannot read is put right first.
 */
export async function openInstance(request: OpenRequest, guard: StatementGuard): Promise<Instance> {
  const { path, config, startup, remote } = request
  if (remote !== undefined) return openRemote(remote, config, startup, guard)
  const instance = await openFile(path, config)
  return instance.prepare(async (connection) => {
    await runStartup(connection, startup, guard)
    await switchOffUnsafe(connection)
  })
}

async function openFile(path: string, settings: Settings): Promise<Instance> {
  const name = nameOf(path)
  if (ownNames.has(foldName(name)) && !ownNames.has(name)) return attach(path, `${name}_db`, settings)
  try {
    return await create(path, settings)
  } catch (error) {
    if (!(error instanceof Error) || !unreadableLog.test(error.message)) throw error
    if (isReadOnly(settings)) throw needsWriting(error)
    await moveLog(path, settings)
    return create(path, settings)
  }
}

export function isReadOnly(settings: Settings): boolean {
  const modes = Object.entries(settings).filter(([name]) => isAccessMode(name))
  return /^read_only$/i.test(String(modes.at(-1)?.[1]))
}

/** Databases of DuckDB's own. It calls a file's otherwise where the file has such a name, but in lower case only. */
const ownNames: ReadonlySet<string> = new Set(['system', 'temp'])

/** What DuckDB calls the database of a file, which it takes for the path of a URL. */
function nameOf(path: string): string {
  const [file = ''] = basename(path).split('?')
  return file.split('.').find((part) => part !== '') ?? ''
}

async function create(path: string, settings: Settings): Promise<Instance> {
  const instance = await createInstance(path, settings)
  return use(instance, async (connection) => {
    const result = await connection.run('SELECT system.main.current_database()')
    const [[name] = []] = await result.getRows()
    return new Instance(instance, mainOf(String(name)), false)
  })
}

/** Opens a file under another name than its own. */
async function attach(path: string, name: string, settings: Settings): Promise<Instance> {
  const forMemory = Object.entries(settings).filter(([setting]) => !isAccessMode(setting))
  const all = { temp_directory: spillPath(path), ...Object.fromEntries(forMemory) }
  const instance = await createInstance(':memory:', all)
  const mode = isReadOnly(settings) ? 'READ_ONLY' : 'READ_WRITE'
  return use(instance, async (connection) => {
    await connection.run(`ATTACH ${quoteLiteral(path)} AS ${quoteIdentifier(name)} (TYPE duckdb, ${mode})`)
    return new Instance(instance, mainOf(name), true)
  })
}

/** Opens a database in memory, and in it a catalog of another engine. */
async function openRemote(
  remote: RemoteCatalog,
  settings: Settings,
  startup: Startup,
  guard: StatementGuard,
): Promise<Instance> {
  const forMemory = Object.entries(settings).filter(([setting]) => !isAccessMode(setting))
  const instance = await createInstance(':memory:', Object.fromEntries(forMemory))
  return use(instance, async (connection) => {
    await runStartup(connection, startup, guard)
    await attachRemote(connection, remote, startup.installExtensions)
    await switchOffUnsafe(connection)
    return new Instance(instance, await readPlace(connection, remote.name), true)
  })
}

/** Where a catalog has its tables: Postgres calls it `public`. */
async function readPlace(connection: DuckDBConnection, catalog: string): Promise<SchemaRef> {
  await connection.run(`USE ${quoteIdentifier(catalog)}`)
  const result = await connection.run('SELECT system.main.current_schema()')
  const [[schema] = []] = await result.getRows()
  return { catalog, schema: String(schema) }
}

/** Moves the log into the file from an instance that has a database already, where DuckDB can read it. */
async function moveLog(path: string, settings: Settings): Promise<void> {
  const config = Object.entries(creationConfig(settings)).filter(([name]) => !isAccessMode(name))
  const instance = await DuckDBInstance.create(':memory:', Object.fromEntries(config))
  await use(instance, async (connection) => {
    await connection.run(`ATTACH ${quoteLiteral(path)} AS duckpaddle_repair (TYPE duckdb)`)
    await connection.run('CHECKPOINT duckpaddle_repair')
    await connection.run('DETACH duckpaddle_repair')
  })
  instance.closeSync()
}

/** Closes the instance where `task` fails. */
async function use<Result>(
  instance: DuckDBInstance,
  task: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await instance.connect()
  try {
    return await task(connection)
  } catch (error) {
    instance.closeSync()
    throw error
  } finally {
    connection.disconnectSync()
  }
}

function isAccessMode(name: string): boolean {
  return name.toLowerCase() === 'access_mode'
}

function needsWriting(error: Error): WorkerFailure {
  return new WorkerFailure({
    code: 'PERSIST_OPEN_FAILED',
    message: 'The database has a log that must be moved into its file first: open it once without `readOnly`',
    databaseMessage: error.message,
  })
}
