import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'

const program = fileURLToPath(new URL('../../build/examples/demo.js', import.meta.url))
const demos: ChildProcess[] = []

// Those that a failed test has left.
afterEach(() => {
  for (const demo of demos.splice(0)) demo.kill('SIGKILL')
})

/** Starts the demo's server on a free port, with its temporary files in `folder`. */
export async function startDemo(folder: string) {
  const child = spawn(process.execPath, [program, '0'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  demos.push(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = /http:\S+:\d+/.exec(line)?.[0] ?? ''
  return {
    url,
    port: Number(new URL(url).port),
    press: (way: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      fetch(`${url}/runs`, { method: 'POST', headers, body: JSON.stringify({ way }) }),
    /** Names of what it has in its folder. */
    temporaryFiles: async () => (existsSync(folder) ? readdir(folder, { recursive: true }) : []),
    async stop(signal: NodeJS.Signals): Promise<unknown[]> {
      child.kill(signal)
      return once(child, 'exit')
    },
  }
}
