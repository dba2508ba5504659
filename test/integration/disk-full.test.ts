import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/fill-disk.mjs', import.meta.url))

/** Files may have 8,000 KiB; a write past that fails as on a full disk, once its signal is ignored. */
const limited = 'trap "" XFSZ; ulimit -f 8000; exec "$@"'

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  const upserted = [
    { n: 1500, ids: 1500, failed: 0 },
    { inserted: 500, updated: 500 },
  ] as const
  const few = ['key', 'transaction'].map((kind) => [kind, ...upserted] as const)
  const others = [
    ['plain', { n: 2000, ids: 2000, failed: 0 }, { inserted: 1000, updated: 0 }],
    ['primaryKey', ...upserted],
  ] as const
  it.each(fewOf<readonly [kind: string, found: object, counts: object]>(few, others))(
    'fails what is too much for it, and leaves the table to the next call (%s)',
    async (kind, found, counts) => {
      const run = ['-c', limited, 'bash', process.execPath, program, newDatabase(folder), kind]
      const { stdout } = await promisify(execFile)('bash', run)
      const codes = ['PERSIST_DISK_FULL', 'PERSIST_DISK_FULL']
      expect(JSON.parse(stdout)).toEqual({ codes, found, ...counts })
    },
  )
})

describe('a memory limit', () => {
  it('that a staging table exceeds, with nowhere to spill to, fails the call and not the next', async () => {
    const config = { temp_directory: '' }
    const db = await open(newDatabase(folder), { memoryLimit: '32MiB', config })
    const columns = { id: 'BIGINT NOT NULL', text: 'VARCHAR' }
    const table = await db.table('t', { columns, primaryKey: ['id'] })
    function* rows(count: number) {
      for (let id = 0; id < count; id++) yield { id, text: `${Math.sin(id)}`.repeat(10) }
    }
    await expect(table.persist(rows(300_000))).rejects.toMatchObject({ code: 'PERSIST_OUT_OF_MEMORY' })
    expect(await table.persist(rows(100))).toMatchObject({ inserted: 100 })
    expect(await db.query('SELECT count(*)::INT AS n FROM t')).toEqual([{ n: 100 }])
    await db.close()
  })
})
