import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { SuiteReport } from '../../bench/report/suite-report.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { root } from './support/extensions.js'
import versions from './versions.json' with { type: 'json' }

const out = temporaryFolder()

const engines = [
  'a local file',
  'DuckLake, DuckDB catalog',
  'DuckLake, PostgreSQL catalog',
  'PostgreSQL',
  'SQLite',
  'MySQL',
  'Quack',
]
/** What is measured of each engine; the others are as these are, and are measured with all suites. */
const parts =
  process.env.SUITES === 'all' ? ['bulk', 'small', 'new keys', 'existing keys'] : ['bulk', 'existing keys']

it.each(parts)(
  'the benchmark has verified figures of every engine, on the DuckDB of the extensions: %s',
  async (part) => {
    const args = ['--quick', '--only', part, '--out', out]
    await promisify(execFile)(process.execPath, [join(root, 'scripts/bench-remote.js'), ...args], {
      cwd: root,
    })
    const report: SuiteReport = JSON.parse(readFileSync(join(out, 'remote.json'), 'utf8'))
    expect(report.command).toContain('npm run bench:remote -- --quick --only')
    expect(report.machine.duckdb).toBe(`v${versions.duckdb}`)
    expect(report.tests.map(({ name }) => name)).toEqual(engines.map((engine) => `${part}, ${engine}`))
    for (const { name, contenders } of report.tests) {
      const [bulk, engine] = [name.startsWith('bulk'), name.slice(name.indexOf(', ') + 2)]
      const isKeyed = name.includes('keys')
      const names = isKeyed
        ? [`duckpaddle, key, ${engine}`, `upsert per row, ${engine}`]
        : [`duckpaddle, ${engine}`, `INSERT per row, ${engine}`]
      const called = [`${names[0]}, 1 caller`, `${names[0]}, 10 callers`, `${names[1]}, 1 caller`]
      expect(contenders.map(({ contender }) => contender)).toEqual(bulk ? names : called)
      for (const { contender, rows, verifiedRows, values } of contenders) {
        expect([contender, verifiedRows]).toEqual([contender, [bulk ? rows : expect.any(Number)]])
        const [perSecond] = values[bulk ? 'rows per second' : 'calls per second'] ?? []
        expect([contender, perSecond]).toEqual([contender, expect.any(Number)])
        // What was there before, one call to warm up, and one of each caller.
        if (name.startsWith('existing')) expect(verifiedRows[0]).toBe(rows)
        else if (!bulk) expect(verifiedRows[0]).toBeGreaterThan(rows + 1)
      }
    }
  },
  500_000,
)
