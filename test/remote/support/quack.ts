import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { extensionFile, root } from './extensions.js'

export const quackAddress = 'localhost:19494'
export const quackToken = 'a token of the tests'

/** An address that nothing listens at. */
export async function freeQuackAddress(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  // Of a server on a port it is an object.
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return `localhost:${port}`
}

/** Starts a DuckDB that serves a database in a process of its own; resolves when it does. */
export async function startQuack(database = ':memory:', address = quackAddress): Promise<ChildProcess> {
  const program = join(root, 'test/remote/support/quack-server.mjs')
  const settings = { database, address, token: quackToken }
  const extensions = [extensionFile('httpfs'), extensionFile('quack')]
  const args = [program, JSON.stringify({ ...settings, extensions })]
  const cwd = join(root, 'build/remote/application')
  const server = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface(server.stdout), 'line')
  return server
}

export async function stopQuack(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}
