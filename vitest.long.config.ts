import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests of generated cases, of which `npm test` has a few. */
const generated = ['test/unit', 'test/integration'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('generated-cases.js')),
)

/** Where generated SQL would show that it means something else, as far as `npm test` does not. */
const underHostileSettings = ['callers-model', 'conflicts-key-types', 'round-trip'].map(
  (name) => `test/integration/${name}.test.ts`,
)

/** What takes minutes: hundreds of killed processes, and many millions of rows. */
export default defineConfig({
  test: {
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-long.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts', ...generated],
          env: { GENERATED_TIMES: '2' },
        },
      },
      {
        extends: true,
        test: {
          name: 'hostile settings',
          include: underHostileSettings,
          env: { GENERATED_TIMES: '2', HOSTILE_SETTINGS: '1' },
        },
      },
    ],
  },
})
