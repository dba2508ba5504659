import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { root } from './support/extensions.js'
import { postgresConnection } from './support/postgres.js'

const application = join(root, 'build/remote/application')

/** Runs the example where the packed package is installed. */
async function runCluster(events: number, ...args: readonly string[]): Promise<string> {
  const program = join(application, 'cluster.mjs')
  copyFileSync(join(root, 'build/examples/cluster.js'), program)
  const env = {
    ...process.env,
    DUCKDB_EXTENSIONS: join(root, 'build/remote/extensions'),
    EVENTS: String(events),
  }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    cwd: application,
    env,
  })
  return stdout
}

it.each([
  ['quack', 4000, []],
  ['ducklake', 1500, [postgresConnection()]],
])(
  'four processes, two of which are killed, write every acknowledged event once: %s',
  { timeout: 300_000 },
  async (engine, events, args) => {
    const output = await runCluster(events, engine, ...args)
    expect(output).toContain(`${events} events sent, `)
    expect(output).toContain('0 acknowledged events are missing, 0 are there twice')
    const [, acknowledged] = /(\d+) acknowledged, /.exec(output) ?? []
    expect(Number(acknowledged)).toBeGreaterThan(events * 0.9)
    expect(output.match(/killed process \d+/g)).toHaveLength(2)
  },
)
