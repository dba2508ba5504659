import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { readDocumentedEngines } from './test/remote/support/documented-engines.js'

const installed = (path: string) =>
  fileURLToPath(new URL(`build/remote/application/node_modules/${path}`, import.meta.url))

/** A process has one DuckDB, so that the tests' own client is that of the application, too. */
const resolve = {
  alias: {
    duckpaddle: installed('duckpaddle/dist/main/index.js'),
    '@duckdb/node-api': installed('@duckdb/node-api/lib/index.js'),
  },
}
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 }

/** `npm test` runs them on local files; SQLite and MySQL have tests of their own. */
const engines = [...readDocumentedEngines().keys()].filter(
  (engine) => !/^a local file$|SQLite$|^MySQL$/.test(engine),
)

/** Tests of files that are run on each engine, too: a few of them, or all where `SUITES` says so, which takes twenty minutes more. */
const few = [
  ...['conflicts-bad-row', 'conflicts-keys', 'transaction-tables', 'many-callers-failing'],
  'write-stream-atomic',
]
const all = [
  ...['persist', 'persist-control'],
  ...['bad-row', 'interrupted', 'key-types', 'keys', 'many', 'names', 'omitted-columns'].map(
    (name) => `conflicts-${name}`,
  ),
  ...[
    'transaction',
    'transaction-callers',
    'transaction-control',
    'transaction-failures',
    'transaction-tables',
  ],
  ...['many-callers', 'many-callers-failing', 'many-callers-order', 'many-callers-shared'],
  ...['write-stream', 'write-stream-atomic', 'write-stream-close', 'write-stream-context'],
  ...['write-stream-failing', 'round-trip'],
  ...['background', 'rows-by-column', 'nested-round-trip', 'json-columns', 'parse', 'parse-values'],
  ...['sources-ends', 'sources-failing', 'sources-streams'],
]
const shared = (process.env.SUITES === 'all' ? all : few).map((name) => `test/integration/${name}.test.ts`)

/** The packed package on the DuckDB that there are extensions for, which `scripts/fetch-extensions.sh` fetches. */
export default defineConfig({
  test: {
    globalSetup: 'test/remote/support/setup.ts',
    // They share one PostgreSQL, which some stop and start.
    maxWorkers: 1,
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'reports/test-remote.json' }]],
    projects: [
      { resolve, test: { name: 'remote', include: ['test/remote/**/*.test.ts'], ...timeouts } },
      ...engines.map((engine) => ({
        resolve,
        test: {
          name: engine,
          include: shared,
          env: { ENGINE: engine },
          setupFiles: 'test/remote/support/use-engine.ts',
          runner: './test/remote/support/engine-runner.ts',
          ...timeouts,
        },
      })),
    ],
  },
})
