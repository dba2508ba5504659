import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { logPath } from '../../process/database-files.js'

/** What the file system says of a database; what it does not say is absent. */
export interface FileSizes {
  readonly fileBytes?: number
  readonly walBytes?: number
  readonly freeDiskBytes?: number
}

/** Never rejects. @param path - Of the database's file. */
export async function measureFiles(path: string): Promise<FileSizes> {
  const [fileBytes, walBytes, freeDiskBytes] = await Promise.all([
    sizeOf(path),
    // There is none after a checkpoint.
    sizeOf(logPath(path), 0),
    freeBytes(dirname(path)),
  ])
  return {
    ...(fileBytes === undefined ? {} : { fileBytes }),
    ...(walBytes === undefined ? {} : { walBytes }),
    ...(freeDiskBytes === undefined ? {} : { freeDiskBytes }),
  }
}

async function sizeOf(path: string, missing?: number): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? missing : undefined
  }
}

/** Without what the system keeps for its administrator. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
