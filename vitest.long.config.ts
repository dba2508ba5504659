import { defineConfig } from 'vitest/config'

/** Tests of generated cases, of which `npm test` has a few. */
const generated = [
  ...[
    'callers-model',
    'conflicts-model',
    'grouped-rows',
    'property-order',
    'storage-model',
    'upsert-references',
  ],
].map((name) => `test/integration/${name}.test.ts`)

/** What takes minutes: hundreds of killed processes, and many millions of rows. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', ...generated],
    env: { GENERATED_TIMES: '2' },
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-long.json' }]],
  },
})
