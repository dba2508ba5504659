import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The packed package on the DuckDB that there are extensions for, which `scripts/fetch-extensions.sh` fetches. */
export default defineConfig({
  resolve: {
    alias: {
      duckpaddle: fileURLToPath(
        new URL('build/remote/application/node_modules/duckpaddle/dist/main/index.js', import.meta.url),
      ),
    },
  },
  test: {
    include: ['test/remote/**/*.test.ts'],
    globalSetup: 'test/remote/support/setup.ts',
    // They share one PostgreSQL, which some stop and start.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-remote.json' }]],
  },
})
