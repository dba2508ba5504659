import { defineConfig } from 'vitest/config'

/**
 * Where generated SQL would show that it means something else; they run under `test/support/hostile-settings.ts` too, and
 * three that take long in `npm run test:long`.
 */
const underHostileSettings = [
  ...['bad-row', 'interrupted', 'keys', 'many', 'model', 'names', 'omitted-columns'].map(
    (name) => `conflicts-${name}`,
  ),
  'upsert-examples',
].map((name) => `test/integration/${name}.test.ts`)

/** They replace the clock before the modules are loaded that keep its functions. */
const withOwnClock = ['checkpoint-scheduler', 'sliced-loop', 'time-slice'].map(
  (name) => `test/unit/scheduling/${name}.test.ts`,
)

export default defineConfig({
  test: {
    // Two cores: each test file has a worker of its own besides DuckDB's. Files share processes, and the modules in them:
    // to start one for each took a sixth of the time.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'reports/test.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'default',
          include: ['test/integration/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/types/**/*.test.ts'],
          exclude: withOwnClock,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'own clock', include: withOwnClock } },
      {
        extends: true,
        test: {
          name: 'hostile settings',
          include: underHostileSettings,
          env: { HOSTILE_SETTINGS: '1' },
          isolate: false,
        },
      },
    ],
  },
})
