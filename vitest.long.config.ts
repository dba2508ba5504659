import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests of generated cases, of which `npm test` has a few. */
const generated = ['test/unit', 'test/integration'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('generated-cases.js')),
)

/** What takes minutes: hundreds of killed processes, and many millions of rows. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', ...generated],
    env: { GENERATED_TIMES: '5' },
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-long.json' }]],
  },
})
