import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteIdentifier, quoteLiteral } from '../../protocol/sql.js'
import type { RemoteCatalog, Startup } from '../../protocol/startup.js'
import { quoteName, showPath } from '../../protocol/visible-text.js'
import { WorkerFailure } from '../failure.js'
import { keepSecret } from '../secrets.js'
import { describeStatement, openingFailure, secretsIn, secretsOf } from './opening-failure.js'

/** Keeps SQL away from files that are open; see `OpenFileGuard`. */
export interface StatementGuard {
  check(sql: string, index: number, type: number): Promise<void>
}

/** Loads extensions, and runs `init`. */
export async function runStartup(
  connection: DuckDBConnection,
  { extensions, installExtensions, init }: Startup,
  guard: StatementGuard,
): Promise<void> {
  for (const extension of extensions) await load(connection, extension, installExtensions)
  for (const sql of init) {
    keepSecret(secretsIn(sql))
    await runStatements(connection, sql, guard)
  }
}

/** Attaches a catalog of another engine, for which its extensions are loaded. */
export async function attachRemote(
  connection: DuckDBConnection,
  { url, name, writes, type, extensions, before, options: given }: RemoteCatalog,
  installExtensions: boolean,
): Promise<void> {
  keepSecret(secretsOf(url))
  for (const extension of extensions) {
    if (!(await isLoaded(connection, extension))) await load(connection, extension, installExtensions)
  }
  const options = type === undefined ? given : [`TYPE ${type}`, ...given]
  const how = options.length === 0 ? '' : ` (${options.join(', ')})`
  try {
    if (before !== undefined) await connection.run(before)
    for (const alias of writes === undefined ? [name] : [name, writes]) {
      // MotherDuck has names of its own for its databases, and attaches all of them where none is asked for.
      const as = /^md:/i.test(url) ? '' : ` AS ${quoteIdentifier(alias)}`
      await connection.run(`ATTACH ${quoteLiteral(url)}${as}${how}`)
    }
  } catch (error) {
    throw openingFailure(`${quoteName(name)} cannot be attached`, error)
  }
}

async function load(connection: DuckDBConnection, extension: string, mayInstall: boolean): Promise<void> {
  const isFile = /\.duckdb_extension$/.test(extension)
  const quoted = isFile ? quoteLiteral(extension) : quoteIdentifier(extension)
  try {
    if (mayInstall && !isFile) await connection.run(`INSTALL ${quoted}`)
    await connection.run(`LOAD ${quoted}`)
  } catch (error) {
    const hint = mayInstall || isFile ? '' : ': it is downloaded with `installExtensions: true` only'
    throw openingFailure(`the extension ${showPath(extension)} cannot be loaded${hint}`, error)
  }
}

async function isLoaded(connection: DuckDBConnection, extension: string): Promise<boolean> {
  const names = `extension_name = ${quoteLiteral(extension)} OR list_contains(aliases, ${quoteLiteral(extension)})`
  const sql = `SELECT 1 FROM duckdb_extensions() WHERE loaded AND (${names})`
  return (await (await connection.run(sql)).getRows()).length > 0
}

/** Runs each statement before the next is prepared, which may be about what it makes. */
async function runStatements(
  connection: DuckDBConnection,
  sql: string,
  guard: StatementGuard,
): Promise<void> {
  let index = 0
  try {
    const statements = await connection.extractStatements(sql)
    for (; index < statements.count; index++) {
      const statement = await statements.prepare(index)
      try {
        await guard.check(sql, index, statement.statementType)
        await statement.run()
      } finally {
        statement.destroySync()
      }
    }
  } catch (error) {
    if (error instanceof WorkerFailure) throw error
    throw openingFailure(`a statement of \`init\` failed, ${describeStatement(sql, index)}`, error)
  }
}
