import { defineConfig } from 'vitest/config'

/** The packed package, installed as a user would, on every supported Node and with several compilers. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: 'test/package/support/installs.ts',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-package.json' }]],
  },
})
