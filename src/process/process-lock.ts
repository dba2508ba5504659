import { createHash } from 'node:crypto'
import { readlinkSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names held by this thread, whichever copy of this module took them. */
const registryKey = Symbol.for('duckpaddle.processLocks')
const held = sharedSet()

/** The operating system's answer where the address is taken. */
const taken = 'EADDRINUSE'

/** Something that one thread of this process has, and no other. */
export interface ProcessLock {
  release(): void
}

/**
 * Takes a name that can be taken once in this process, by whatever thread and copy of this module; undefined if it is
 * taken.
 *
 * Threads share no JavaScript, and two of them that ask at the same moment must not both succeed. A local socket that
 * listens on an address made of the process's id and the name is exclusive by the operating system, and is free again
 * when its thread or the process ends, however it ends. Nobody connects to it.
 */
export async function takeProcessLock(name: string): Promise<ProcessLock | undefined> {
  if (held.has(name)) return undefined
  held.add(name)
  const server = await listen(socketAddress(name, process.platform)).catch((error) => {
    if (codeOf(error) === taken) return taken
    // Where sockets are forbidden, what this thread knows has to do.
    return undefined
  })
  if (server === taken) {
    held.delete(name)
    return undefined
  }
  return {
    release() {
      server?.close()
      held.delete(name)
    },
  }
}

/** Whether a name is taken in this process, by whatever thread. */
export async function isProcessLockTaken(name: string): Promise<boolean> {
  return held.has(name) || isListening(socketAddress(name, process.platform))
}

/** @param platform - As `process.platform` has it. */
export function socketAddress(name: string, platform: NodeJS.Platform): string {
  const hash = createHash('sha256').update(`${processNamespace()}\0${name}`).digest('hex').slice(0, 32)
  const label = `duckpaddle-${process.pid}-${hash}`
  // An abstract address, which is no file: https://man7.org/linux/man-pages/man7/unix.7.html
  if (platform === 'linux' || platform === 'android') return `\0${label}`
  // https://nodejs.org/api/net.html#identifying-paths-for-ipc-connections
  if (platform === 'win32') return `\\\\.\\pipe\\${label}`
  return join(tmpdir(), `${label}.sock`)
}

/** @throws what `listen()` of the server fails with. */
export async function listen(path: string): Promise<Server> {
  try {
    return await listenOnce(path)
  } catch (error) {
    // A socket that is a file outlives a killed process, whose id may be ours now: nobody listens on it any more.
    const mayBeStale = codeOf(error) === taken && !path.startsWith('\0') && !path.startsWith('\\\\')
    if (!mayBeStale || (await isListening(path))) throw error
    rmSync(path, { force: true })
    return listenOnce(path)
  }
}

function listenOnce(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', reject)
    // In a process of node:cluster, a server that is not exclusive is the primary's and shared.
    server.listen({ path, exclusive: true }, () => resolve(server))
  })
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** What tells apart processes of one id in containers that share a network. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function sharedSet(): Set<string> {
  const shared: Record<symbol, unknown> = globalThis as never
  const existing = shared[registryKey]
  if (existing instanceof Set) return existing
  const created = new Set<string>()
  shared[registryKey] = created
  return created
}
