import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'
import tests from './vitest.config.js'

const source = (path: string) => fileURLToPath(new URL(`src/${path}.ts`, import.meta.url))

/**
 * `npm test` with the main thread's source in the place of the package, so that what tests of the package run is counted
 * too. The worker, and programs in processes of their own, are built ones all the same, and not counted.
 */
export default mergeConfig(
  tests,
  defineConfig({
    test: {
      alias: [
        { find: /^duckpaddle$/, replacement: source('main/index') },
        { find: /^duckpaddle\/kysely$/, replacement: source('adapters/kysely/index') },
        {
          find: /^duckpaddle\/(abstract-level|keyv|unstorage)$/,
          replacement: source('adapters/$1'),
        },
      ],
      coverage: {
        enabled: true,
        include: ['src/main/**', 'src/adapters/**'],
        reportsDirectory: 'reports/coverage',
      },
    },
  }),
)
