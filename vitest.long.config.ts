import { defineConfig } from 'vitest/config'

/** What takes minutes: hundreds of killed processes, and many millions of rows. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-long.json' }]],
  },
})
