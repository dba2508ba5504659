import { spawnSync } from 'node:child_process'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** Whether another process can open the database for writing. */
function isFree(path: string): boolean {
  const program = `
    const { DuckDBInstance } = require('@duckdb/node-api')
    DuckDBInstance.create(${JSON.stringify(path)}).then(() => process.exit(0), () => process.exit(7))`
  return spawnSync(process.execPath, ['-e', program]).status === 0
}

const endless = 'SELECT count(*) FROM range(10000000000) t(i) WHERE hash(i) % 7 = 3'

describe('a database whose statements were interrupted', () => {
  const few: [statement: string, toSql: (sql: string) => string][] = [
    ['a write', (sql) => `INSERT INTO t ${sql}`],
  ]
  const others: typeof few = [
    ['a read', (sql) => sql],
    ['a table that is made', (sql) => `CREATE TABLE u AS ${sql}`],
    ['EXPLAIN ANALYZE', (sql) => `EXPLAIN ANALYZE ${sql}`],
  ]
  it.each(fewOf(few, others))('is free when it is closed: %s', async (_, toSql) => {
    const path = newDatabase(folder)
    const db = await open(path)
    await db.run('CREATE TABLE t (n BIGINT)')
    const outcome = db.query(toSql(endless)).then(
      () => 'done',
      (error) => error.code,
    )
    // Until it is under way.
    await db.query('SELECT 1')
    expect(await db.close({ timeoutMs: 50 })).toEqual({ interrupted: 1 })
    expect(await outcome).toBe('PERSIST_ABORTED')
    expect(isFree(path)).toBe(true)
  })

  it('is free when it is closed, however far a persist() had come', async () => {
    for (const timeoutMs of fewOf([20], [0, 120])) {
      const path = newDatabase(folder)
      const db = await open(path)
      const table = await db.table('t', { columns: { id: 'BIGINT', n: 'DOUBLE' }, primaryKey: ['id'] })
      const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, n: id / 3 }))
      await table.persist(rows)
      const outcome = table.persist(rows, { onConflict: 'update' }).catch((error) => error)
      await db.close({ timeoutMs })
      expect(await outcome).toSatisfy(({ code, updated }) => code === 'PERSIST_ABORTED' || updated === 50_000)
      expect(isFree(path)).toBe(true)
    }
  })
})
