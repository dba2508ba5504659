/**
 * A page that shows what writing a million rows does to a server: `npm run demo`, or `npm run demo -- 8080`.
 *
 * Each of its buttons writes in another way, in the process that serves the page. What is written is gone at the end.
 */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'duckpaddle'
import { DemoServer } from './demo/demo-server.js'
import { LiveSamples } from './demo/live-samples.js'
import { Runs } from './demo/runs.js'

const [portText = '0', ...others] = process.argv.slice(2)
const port = Number(portText)
if (!/^\d{1,5}$/.test(portText) || port > 65_535 || others.length > 0) {
  console.error('Usage: npm run demo -- [port], with a port of 0 to 65535; 0, the default, is a free one')
  process.exit(2)
}

const folder = await mkdtemp(join(tmpdir(), 'duckpaddle-demo-'))
// Whatever the process ends by, but for a SIGKILL.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let stop = (): unknown => process.exit(1)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop())

const db = await open(join(folder, 'duckpaddle.duckdb'))
const samples = new LiveSamples(db)
const runs = new Runs(db, samples, folder)
const server = new DemoServer(samples, runs)

try {
  const address = await server.listen(port)
  stop = () => {
    // npm passes on what the terminal has sent to every process already.
    stop = () => {}
    server.close()
    samples.close()
    return Promise.all([runs.close(), db.close({ timeoutMs: 2000 })])
  }
  console.log(`Open ${address} in a browser; Ctrl-C ends it`)
} catch (error) {
  console.error(`Cannot listen on port ${port}:`, error instanceof Error ? error.message : error)
  process.exit(1)
}
