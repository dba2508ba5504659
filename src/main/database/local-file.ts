import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isClaimed } from '../../process/file-claim.js'
import { describeValue } from '../contract/describe-value.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** Throws unless `file` is a path. */
export function checkFile(file: unknown): asserts file is string {
  if (typeof file !== 'string' || file === '' || file.includes('\0') || !file.isWellFormed()) {
    throw new TypeError(`Expected \`file\` to be the path of a file, got ${describeValue(file)}`)
  }
  if (isUrl(file)) {
    throw new TypeError(`Expected \`file\` to be the path of a local file, got ${describeValue(file)}`)
  }
}

export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path)
}

/** Whether a path can only be that of a folder. */
export function endsAsFolder(path: string): boolean {
  return path.endsWith('/') || (process.platform === 'win32' && path.endsWith('\\'))
}

/**
 * The absolute path of a file that is there, which DuckDB takes for nothing else.
 *
 * @throws `PERSIST_QUERY_FAILED` if it is missing or no file; `PERSIST_ALREADY_OPEN` if it is a database that this process
 * has open: to close it after reading would drop DuckDB's lock.
 */
export async function findFile(file: string): Promise<string> {
  if (!(await isFile(file))) throw queryFailed(`${file} is not there`)
  const path = resolve(file)
  if (!(await isClaimed(path))) return path
  throw new PersistenceError('PERSIST_ALREADY_OPEN', `${file} is a database that this process has open`)
}

/**
 * The absolute path of a file that is to be written.
 *
 * @throws `PERSIST_QUERY_FAILED` if something else than a file is there.
 */
export async function resolveTarget(file: string): Promise<string> {
  await isFile(file)
  return resolve(file)
}

/** @returns whether there is anything. */
async function isFile(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  if ((found === undefined || found.isFile()) && !endsAsFolder(file)) return found !== undefined
  throw queryFailed(`${file} is not a file`)
}

function queryFailed(message: string): PersistenceError {
  return new PersistenceError('PERSIST_QUERY_FAILED', message)
}
