import { stat } from 'node:fs/promises'
import { isProcessLockTaken, type ProcessLock, takeProcessLock } from './process-lock.js'
import { resolveRealPath } from './real-path.js'

/** The right to have a database file open in this process: one service has it, or one ATTACH. */
export interface FileClaim {
  /**
   * Claims the file by its inode as well; to be called once the file exists, and again where it may be another one.
   *
   * @returns false if it is another's by then.
   */
  identify(): Promise<boolean>
  release(): void
}

/**
 * Claims a file, by its path and by its device and inode; undefined if anybody in this process has it, in whatever
 * thread. Opened twice in one process, DuckDB loses committed rows without an error
 * (https://github.com/duckdb/duckdb/issues/17343).
 *
 * @param path - The file's real path, whether there is such a file or not.
 */
export async function claimFile(path: string): Promise<FileClaim | undefined> {
  const locks = new Map<string, ProcessLock>()
  const release = () => {
    for (const lock of locks.values()) lock.release()
    locks.clear()
  }
  const take = async (name: string | undefined): Promise<boolean> => {
    if (name === undefined || locks.has(name)) return true
    const lock = await takeProcessLock(name)
    if (lock !== undefined) locks.set(name, lock)
    return lock !== undefined
  }
  const identify = async () => take(await inodeName(path))
  if ((await take(pathName(path))) && (await identify())) return { identify, release }
  release()
  return undefined
}

/** Whether a path leads to a file that is claimed in this process. */
export async function isClaimed(path: string): Promise<boolean> {
  const real = await resolveRealPath(path)
  if (await isProcessLockTaken(pathName(real))) return true
  const inode = await inodeName(real)
  return inode !== undefined && isProcessLockTaken(inode)
}

function pathName(path: string): string {
  const ignoresCase = process.platform === 'win32' || process.platform === 'darwin'
  return `path:${ignoresCase ? path.toLowerCase() : path}`
}

async function inodeName(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined ? undefined : `inode:${stats.dev}:${stats.ino}`
}
