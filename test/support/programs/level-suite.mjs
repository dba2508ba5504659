// Runs abstract-level's own suite, by tape, on DuckDBLevel, each database in a table of its own.
import { createRequire } from 'node:module'
import test from 'tape'
import { DuckDBLevel } from '../../../dist/adapters/abstract-level.js'
import { open } from '../../../dist/main/index.js'

const runSuite = createRequire(import.meta.url)('abstract-level/test')
const service = await open(':memory:')
let tables = 0
test.onFinish(() => service.close())
runSuite({
  test,
  factory: (options) =>
    new DuckDBLevel(service, { ...options, tableName: `t${++tables}`, autoPersist: false }),
})
