import { rm, stat } from 'node:fs/promises'
import { isLogLost, logPath } from '../../process/database-files.js'
import { claimFile } from '../../process/file-claim.js'
import { isOpenInProcess } from '../../process/is-open-in-process.js'
import { showPath } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** A database file that this service alone may open in this process. */
export interface ClaimedDatabase {
  /**
   * To be called before DuckDB opens the file.
   *
   * @throws `PERSIST_OPEN_FAILED` if something else than a file is there: a folder, a device, a pipe that DuckDB would
   * wait for.
   */
  check(): Promise<void>
  /** To be called when DuckDB has opened the file: it exists then, and may be another one than before. */
  identify(): Promise<void>
  /** Removes what a failed opening has left where there was no file before: DuckDB would not open it again. */
  removeStump(error: unknown): Promise<void>
  /** To be called when no thread has the file open any more. */
  release(): void
}

/** Codes of openings that failed for what others did with the file. */
const othersFile: ReadonlySet<unknown> = new Set(['PERSIST_DATABASE_LOCKED', 'PERSIST_ALREADY_OPEN'])

/**
 * Claims a database file for this process, before any thread opens it.
 *
 * @param path - The file's real path.
 * @throws `PERSIST_ALREADY_OPEN` if anything in this process has it open; `PERSIST_OPEN_FAILED` in a folder where DuckDB
 * would not find its log; as `check()` of the claim.
 */
export async function claimDatabase(path: string): Promise<ClaimedDatabase> {
  if (isLogLost(path)) throw inBadFolder(path)
  const isNew = !(await checkIsFile(path))
  const claim = await claimFile(path)
  if (claim === undefined) throw alreadyOpen(path)
  if (await isOpenInProcess(path)) {
    claim.release()
    throw alreadyOpen(path)
  }
  return {
    async check() {
      await checkIsFile(path)
    },
    async identify() {
      if (!(await claim.identify())) throw alreadyOpen(path)
    },
    async removeStump(error) {
      if (!isNew || (error instanceof PersistenceError && othersFile.has(error.code))) return
      await rm(path, { force: true })
      await rm(logPath(path), { force: true })
    },
    release: () => claim.release(),
  }
}

/** @returns whether there is anything. */
async function checkIsFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || found.isFile()) return found !== undefined
  throw notAFile(path)
}

export function notAFile(path: string): PersistenceError {
  return new PersistenceError(
    'PERSIST_OPEN_FAILED',
    `The database cannot be opened: ${showPath(path)} is not a file`,
  )
}

function inBadFolder(path: string): PersistenceError {
  return new PersistenceError(
    'PERSIST_OPEN_FAILED',
    `The database cannot be opened: DuckDB keeps no log in a folder with a question mark in its path, ${showPath(path)}`,
  )
}

function alreadyOpen(path: string): PersistenceError {
  return new PersistenceError(
    'PERSIST_ALREADY_OPEN',
    `This process has ${showPath(path)} open already: share the one service, or close it first`,
  )
}
