import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/fill-disk-under-load.mjs', import.meta.url))

/** Files may have so many KiB; a write past that fails as on a full disk, once its signal is ignored. */
const limited = 'trap "" XFSZ; ulimit -f 32000; exec "$@"'

it.skipIf(process.platform === 'win32')(
  'a disk that becomes full under load loses none of 200 acknowledged writes, and keeps no other in part',
  async () => {
    const path = newDatabase(folder)
    const run = ['-c', limited, 'bash', process.execPath, program, path]
    const { stdout } = await promisify(execFile)('bash', run)
    const { acknowledged, codes } = JSON.parse(stdout)
    expect(acknowledged.length).toBeGreaterThan(200)
    expect(codes.PERSIST_DISK_FULL).toBeGreaterThan(0)
    expect(['PERSIST_DISK_FULL', 'PERSIST_DATABASE_INVALID']).toEqual(
      expect.arrayContaining(Object.keys(codes)),
    )
    const sql = 'SELECT batch, count(*)::INT AS n FROM t GROUP BY batch ORDER BY batch'
    const found = await readDatabase(path, sql)
    const expected = acknowledged.toSorted((a: number, b: number) => a - b)
    expect(found).toEqual(expected.map((batch: number) => ({ batch, n: 100 })))
  },
)
