import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, StatementType } from '@duckdb/node-api'
import { databaseOfLog } from '../../process/database-files.js'
import { claimFile, type FileClaim, isClaimed } from '../../process/file-claim.js'
import { isOpenInProcess } from '../../process/is-open-in-process.js'
import { resolveRealPath } from '../../process/real-path.js'
import { showPath } from '../../protocol/visible-text.js'
import { WorkerFailure } from '../failure.js'
import { splitWithStrings } from '../sql/sql-words.js'
import { copyTargets } from './copy-targets.js'

/** What DuckDB says of a file where it may reach none. */
const deniedFile = /^Permission Error: Cannot access file "([\s\S]*)" - file system operations are disabled/

/** Statements that may have a COPY in them. */
const mayCopy: ReadonlySet<StatementType> = new Set([
  StatementType.COPY,
  StatementType.EXPLAIN,
  StatementType.PREPARE,
])

type PoolCall = <Result>(call: () => Promise<Result>) => Promise<Result>

/**
 * Keeps SQL away from the database files that are open in this process: attached a second time, committed rows would be
 * lost without an error, as by a second `open()`; written over by COPY, all of them would.
 */
export class OpenFileGuard {
  /** Makes a call on the libuv pool; in its turn, once there are others. */
  poolCall: PoolCall = (call) => call()
  /** Of attached files, by their real paths. */
  readonly #claims = new Map<string, FileClaim>()
  #parser: DuckDBConnection | undefined

  /**
   * To be called before statement number `index` of `sql` is executed.
   *
   * @throws `PERSIST_ALREADY_OPEN`
   */
  async check(sql: string, index: number, type: StatementType): Promise<void> {
    if (type === StatementType.ATTACH) await this.#claimAttached(sql, index)
    else if (mayCopy.has(type) && /\bcopy\b/i.test(sql)) await refuseTargets(sql)
  }

  /** To be called after statements that may have detached files: others may open those again. */
  async releaseDetached(connection: DuckDBConnection): Promise<void> {
    if (this.#claims.size === 0) return
    const attached = await this.#attachedPaths(connection)
    if (attached === undefined) return
    for (const [path, claim] of this.#claims) {
      // Made by the ATTACH, for a file that was not there.
      if (attached.has(path)) await claim.identify()
      else this.#release(path, claim)
    }
  }

  /** Undefined where DuckDB does not say, as within a transaction that has failed. */
  async #attachedPaths(connection: DuckDBConnection): Promise<ReadonlySet<string> | undefined> {
    const sql = 'SELECT path FROM duckdb_databases() WHERE path IS NOT NULL'
    try {
      const reader = await this.poolCall(() => connection.runAndReadAll(sql))
      const paths = reader.getRowsJson().map(([path]) => resolveRealPath(String(path)))
      return new Set(await Promise.all(paths))
    } catch {
      return undefined
    }
  }

  /** To be called when the database is closed, and with it all that is attached. */
  close(): void {
    for (const [path, claim] of this.#claims) this.#release(path, claim)
    this.#parser?.disconnectSync()
  }

  #release(path: string, claim: FileClaim): void {
    claim.release()
    this.#claims.delete(path)
  }

  async #claimAttached(sql: string, index: number): Promise<void> {
    for (const file of await this.#attachedFiles(sql, index)) {
      const path = await resolveRealPath(file)
      // DuckDB itself knows what it has attached.
      if (this.#claims.has(path)) continue
      const claim = await claimFile(path)
      if (claim === undefined || (await isOpenInProcess(path))) {
        claim?.release()
        throw alreadyOpen(path)
      }
      this.#claims.set(path, claim)
    }
  }

  /** What an ATTACH would open: DuckDB says it itself, where it may not open it. */
  async #attachedFiles(sql: string, index: number): Promise<string[]> {
    const parser = await this.#connectParser()
    try {
      const statements = await this.poolCall(() => parser.extractStatements(sql))
      const statement = await this.poolCall(() => statements.prepare(index))
      await this.poolCall(() => statement.run())
      return []
    } catch (error) {
      const file = deniedFile.exec(error instanceof Error ? error.message : '')?.[1]
      if (file !== undefined) return [file]
      // Of another type, such as a DuckLake, whose catalog may be a DuckDB file.
      const strings = splitWithStrings(sql)
        .flat()
        .filter(({ isString }) => isString)
      const constants = strings.flatMap(({ text }) => pathsOf(text))
      const isOpen = await Promise.all(constants.map(isOpenAnywhere))
      return constants.filter((_, position) => isOpen[position])
    }
  }

  async #connectParser(): Promise<DuckDBConnection> {
    this.#parser ??= await this.poolCall(async () => {
      const config = { enable_external_access: 'false', threads: '1' }
      return (await DuckDBInstance.create(':memory:', config)).connect()
    })
    return this.#parser
  }
}

/** @throws `PERSIST_ALREADY_OPEN` if a COPY in `sql` writes to a database file that is open, or to its write-ahead log. */
async function refuseTargets(sql: string): Promise<void> {
  for (const constant of copyTargets(sql)) {
    for (const path of pathsOf(constant)) {
      const database = databaseOfLog(path)
      const isLog = database !== undefined && (await isOpenAnywhere(database))
      if (isLog || (await isOpenAnywhere(path))) throw alreadyOpen(path)
    }
  }
}

async function isOpenAnywhere(path: string): Promise<boolean> {
  return (await isClaimed(path)) || isOpenInProcess(path)
}

/** The paths that a constant may mean to DuckDB: as it is, or after a prefix such as `file:` or `ducklake:`. */
function pathsOf(constant: string): string[] {
  if (constant === '' || constant.includes('\0') || constant.length > 4096) return []
  const rest = /^[a-z_]+:(?:\/\/)?([\s\S]+)$/i.exec(constant)?.[1]
  return [constant, ...(rest === undefined ? [] : [rest])].map((path) =>
    path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path),
  )
}

function alreadyOpen(path: string): WorkerFailure {
  return new WorkerFailure({
    code: 'PERSIST_ALREADY_OPEN',
    message: `This process has ${showPath(path)} open: a second opening, or a COPY over it, would lose its rows`,
  })
}
