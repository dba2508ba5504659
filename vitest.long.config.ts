import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** Tests of generated cases, of which `npm test` has a few. */
const generated = ['test/unit', 'test/integration'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('generated-cases.js')),
)

/** Where generated SQL would show that it means something else, as far as `npm test` does not. */
const underHostileSettings = ['callers-model', 'conflicts-key-types', 'conflicts-model', 'round-trip'].map(
  (name) => `test/integration/${name}.test.ts`,
)

/** They measure time or memory, of which others beside them would take their share. */
const alone = ['bench', 'demo', 'input-latency', 'load-latency', 'memory', 'store-size'].map(
  (name) => `test/long/${name}.test.ts`,
)

/** What takes minutes: hundreds of killed processes, and many millions of rows. */
export default defineConfig({
  test: {
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test-long.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts', ...generated],
          exclude: alone,
          env: { GENERATED_TIMES: '2' },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'hostile settings',
          include: underHostileSettings,
          env: { GENERATED_TIMES: '2', HOSTILE_SETTINGS: '1' },
          maxWorkers: 2,
        },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
