import { readdir, readFile, stat } from 'node:fs/promises'

/** https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html; the value on all architectures that Node runs on. */
const closeOnExec = 0o2000000

/**
 * Whether anything in this process has the file open that `path` leads to, another DuckDB client for instance. Linux
 * only: elsewhere false. Only `stat` is called on the file, for any `close()` of it would drop DuckDB's lock.
 */
export async function isOpenInProcess(path: string): Promise<boolean> {
  const file = await identityOf(path)
  if (file === undefined) return false
  for (const descriptor of await readdir('/proc/self/fd').catch(() => [])) {
    if ((await identityOf(`/proc/self/fd/${descriptor}`)) !== file) continue
    if (!(await isInherited(descriptor))) return true
  }
  return false
}

/**
 * Whether a descriptor came from the parent process. DuckDB opens a file for reading only so that a child inherits the
 * descriptor, though not the lock on the file.
 */
async function isInherited(descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8').catch(() => undefined)
  // Closed meanwhile, or not to be known.
  if (info === undefined) return false
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '', 8)
  return !/^lock:/m.test(info) && (flags & closeOnExec) === 0
}

async function identityOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}
