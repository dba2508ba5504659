import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/exit-with-texts.mjs', import.meta.url))

it.each(['exit', 'itself'])(
  'parse reads the strings of a write stream that are written when the process ends by %s',
  async (way) => {
    const path = newDatabase(folder)
    const { stderr } = spawnSync(process.execPath, [program, path, way], { encoding: 'utf8' })
    const lost = 'row 2 of the write stream to `t` is lost at exit: Column `id`'
    expect(stderr.includes(lost)).toBe(way === 'exit')
    expect(await readDatabase(path, 'SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, ok: true },
      { id: 2, ok: false },
    ])
  },
)
