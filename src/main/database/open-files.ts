import { readdir, stat } from 'node:fs/promises'
import { PersistenceError } from '../errors/persistence-error.js'

/** Shared by every copy of this module in the process, whichever package it came with. */
const registryKey = Symbol.for('duckpaddle.openFiles')
const registry = sharedRegistry()

/** The right to have a file open in this process. */
export interface OpenFile {
  /** Claims the file by its inode as well; to be called once the file exists. */
  identify(): Promise<void>
  release(): void
}

/**
 * Claims a file, by its path and by its device and inode: opened twice in one process, DuckDB loses committed rows
 * without an error (https://github.com/duckdb/duckdb/issues/17343).
 *
 * @param path - The file's real path.
 * @throws `PERSIST_ALREADY_OPEN` if anything in this process has it open.
 */
export async function claimFile(path: string): Promise<OpenFile> {
  const inode = await inodeOf(path)
  if (inode !== undefined && (await isOpenInProcess(inode))) throw alreadyOpen(path)
  const claimed = [`path:${path}`, ...(inode === undefined ? [] : [inode])]
  // No await between the look and the claim.
  if (claimed.some((key) => registry.has(key))) throw alreadyOpen(path)
  for (const key of claimed) registry.add(key)
  return {
    async identify() {
      const created = await inodeOf(path)
      if (created === undefined || claimed.includes(created)) return
      claimed.push(created)
      registry.add(created)
    },
    release() {
      for (const key of claimed) registry.delete(key)
    },
  }
}

function alreadyOpen(path: string): PersistenceError {
  return new PersistenceError(
    'PERSIST_ALREADY_OPEN',
    `This process has ${path} open already: share the one service, or close it first`,
  )
}

async function inodeOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined ? undefined : `inode:${stats.dev}:${stats.ino}`
}

/**
 * Whether any thread, or another DuckDB client, in this process has the file open. Linux only: elsewhere the registry
 * has to do. Only `stat` is called, for any `close()` of the file would drop DuckDB's lock.
 */
async function isOpenInProcess(inode: string): Promise<boolean> {
  const folder = '/proc/self/fd'
  for (const descriptor of await readdir(folder).catch(() => [])) {
    if ((await inodeOf(`${folder}/${descriptor}`)) === inode) return true
  }
  return false
}

function sharedRegistry(): Set<string> {
  const shared: Record<symbol, unknown> = globalThis as never
  const existing = shared[registryKey]
  if (existing instanceof Set) return existing
  const created = new Set<string>()
  shared[registryKey] = created
  return created
}
