import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ran, run } from '../package/support/run.js'
import { installPacked } from '../support/installed-tools.js'
import { readDatabase } from '../support/read-database.js'
import { installRuntimes, type Runtime, runtimeNames } from '../support/runtimes.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const application = temporaryFolder()
const programs = fileURLToPath(new URL('../support/programs', import.meta.url))
let runtimes: ReadonlyMap<string, Runtime> = new Map()

beforeAll(async () => {
  runtimes = await installRuntimes()
  await installPacked(application)
  for (const name of ['use-in-runtime.mjs', 'end-in-runtime.mjs'])
    cpSync(join(programs, name), join(application, name))
})

describe.each(runtimeNames)('on %s', (name) => {
  function start(...args: readonly string[]): Promise<Ran> {
    const { program, args: own } = runtimes.get(name) ?? { program: 'none', args: [] }
    return run(program, [...own, ...args], application)
  }

  const kindsSql = 'SELECT kind, count(*)::INTEGER AS n FROM events GROUP BY kind ORDER BY kind'

  it('a program writes, upserts, reads, fails, cancels, and has committed what it was told', async () => {
    const path = newDatabase(application)
    const { code, stdout, stderr } = await start('use-in-runtime.mjs', path)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      second: 'PERSIST_ALREADY_OPEN',
      written: 10_000,
      upserted: [5_000, 5_000],
      kinds: [
        { kind: 'first', n: 5_000 },
        { kind: 'second', n: 10_000 },
      ],
      last: { seen: '1970-01-01T00:00:14.999Z', data: { id: 14_999 }, tags: ['second'] },
      streamed: 15_000,
      rejected: 'PERSIST_ROW_REJECTED',
      failed: ['PERSIST_QUERY_FAILED', true],
      aborted: 'PERSIST_ABORTED',
      stored: { nested: [1] },
    })
    const left = [
      { kind: 'first', n: 10 },
      { kind: 'third', n: 1 },
    ]
    expect(await readDatabase(path, kindsSql)).toEqual(left)
  })

  const committed = { kind: 'committed', n: 10_000 }
  it.each([
    ['exit', 3, [committed]],
    ['throw', 1, [committed]],
    ['stream', 3, [committed, { kind: 'streamed', n: 500 }]],
    ['itself', 0, [committed, { kind: 'streamed', n: 500 }]],
    ['store', 3, [committed]],
  ])(
    'a program that ends in the middle (%s) leaves what is whole, and does not hang',
    async (way, code, kinds) => {
      const path = newDatabase(application)
      const ran = await start('end-in-runtime.mjs', path, way)
      expect(ran).toMatchObject({ code })
      // What the library reports at an exit is a loss, or a wait that came to its limit.
      expect(ran.stderr).not.toMatch(/duckpaddle:/)
      expect(await readDatabase(path, kindsSql)).toEqual(kinds)
      if (way !== 'store') return
      expect(existsSync(`${path}.store`)).toBe(true)
      expect(await readDatabase(`${path}.store`, 'SELECT key FROM storage')).toEqual([{ key: 'name' }])
    },
  )
})

it.each([
  ['Node 24', ['ok', 'a call that exceeded them rejected with PERSIST_WORKER_LOST']],
  ['Bun', ['ok', 'a call that exceeded them rejected with PERSIST_QUERY_FAILED']],
  [
    'Deno',
    ['TypeError', 'Expected no `resourceLimits` on Deno, where a thread that exceeds them ends unnoticed'],
  ],
])('the limits of a worker are what the documentation says on %s', async (name, expected) => {
  const program = `
    import { open } from 'duckpaddle'
    const limits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }
    try {
      const db = await open(':memory:', { resourceLimits: limits })
      const parameters = Array.from({ length: 1_000_000 }, (_, index) => 'parameter ' + index)
      const code = await db.query('SELECT 1', parameters).catch((error) => error.code)
      await db.close()
      console.log(JSON.stringify(['ok', 'a call that exceeded them rejected with ' + code]))
    } catch (error) {
      console.log(JSON.stringify([error.name, error.message]))
    }`
  writeFileSync(join(application, 'limits.mjs'), program)
  const { program: runtime, args } = runtimes.get(name) ?? { program: 'none', args: [] }
  const { stdout } = await run(runtime, [...args, 'limits.mjs'], application)
  expect(JSON.parse(stdout)).toEqual(expected)
})
