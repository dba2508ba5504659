import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { open } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { fewOf, isLong } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../support/programs/exit-with-calls.mjs', import.meta.url))
const endWithChanges = fileURLToPath(new URL('../support/programs/end-with-changes.mjs', import.meta.url))
let path: string

beforeEach(() => {
  path = newDatabase(folder)
})

interface End {
  readonly code: number | null
  readonly errors: string
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<End> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code, errors }
}

/** Runs the program until it ends in a way. */
function end(way: string, detail = ''): Promise<End> {
  return run([program, path, way, detail])
}

async function read(table = 'storage', file = path): Promise<Record<string, unknown>> {
  const rows = await readDatabase(file, `SELECT key, value FROM ${table} ORDER BY key`)
  return Object.fromEntries(rows.map(({ key, value }) => [String(key), JSON.parse(String(value))]))
}

async function count(): Promise<unknown> {
  const [row] = await readDatabase(path, 'SELECT count(*)::INT AS n FROM storage')
  return row?.n
}

const expiresAt = expect.any(Number)
const all = {
  '': { $duckpaddle: { expiresAt, value: { $duckpaddle: 1 } } },
  a: 1,
  b: { text: 'zürich' },
  bytes: { $duckpaddle: { bytes: 'AQID' } },
  e: [5],
  over: { $duckpaddle: { expiresAt, value: 1 } },
  p1: 'p1',
  p3: 'again',
  q: 'q',
}

describe('a process that ends with calls that nobody waits for', () => {
  const ends: [way: string, code: number][] = [
    ['itself', 0],
    ['lost', 3],
  ]
  const others: typeof ends = [
    ['service', 3],
    ['open', 3],
  ]
  it.each(fewOf(ends, others))('has saved them when it ends by %s, with code %i', async (way, code) => {
    expect(await end(way)).toEqual({ code, errors: '' })
    expect(await read()).toEqual(all)
  })

  it('has saved them when it ends by an uncaught error', async () => {
    const { code, errors } = await end('throw')
    expect(code).toBe(1)
    expect(errors).toContain('thrown on purpose')
    expect(errors).not.toContain('lost')
    expect(await read()).toEqual(all)
  })

  it('has saved them, on top of what is there, of several stores', async () => {
    expect(await end('exit')).toEqual({ code: 3, errors: '' })
    expect(await read()).toEqual(all)
    expect(await end('two')).toEqual({ code: 3, errors: '' })
    expect(await end('exit')).toEqual({ code: 3, errors: '' })
    expect(await read()).toEqual(all)
    expect(await read('one')).toEqual({ k: 1 })
    expect(await read('two')).toEqual({ k: 2 })
    expect(await read('storage', `${path}.other`)).toEqual({ k: 3 })
  })

  it.each(fewOf([150], [0, 60, 260, 400]))(
    'has saved them when it ends %i ms after the first call',
    async (delayMs) => {
      expect(await end('opening', String(delayMs))).toEqual({ code: 3, errors: '' })
      expect(await read()).toEqual(all)
    },
  )

  it.each(fewOf([5], [0, 2, 20]))(
    'has saved them when it ends %i turns after the store of a service has begun to open',
    async (turns) => {
      expect(await end('preparing', String(turns))).toEqual({ code: 3, errors: '' })
      expect(await read()).toEqual(all)
    },
  )

  it.each(fewOf(['many of an open store'], ['many']))('has saved %s entries', async (way) => {
    expect(await end(way)).toEqual({ code: 3, errors: '' })
    expect(await count()).toBe(25_000)
  })

  it('has deleted many', async () => {
    expect(await end('many deleted')).toEqual({ code: 3, errors: '' })
    expect(await read()).toEqual({ k24999: { index: 24_999 } })
  })

  it('starts nothing where it has accepted nothing', async () => {
    const { code, errors } = await end('nothing')
    expect(code).toBe(3)
    // A call that is refused may say so.
    expect(errors.replace(/^duckpaddle: .* a call that was refused .*\n/, '')).toBe('')
    expect(readdirSync(folder).filter((file) => file.startsWith(basename(path)))).toEqual([])
  })

  it('says what is lost where a value has no JSON any more, and saves the others, but what was given up', async () => {
    const { code, errors } = await end('poisoned')
    expect(code).toBe(3)
    expect(errors).toContain("'poisoned'")
    expect(await read()).toEqual({ k: 1 })
    expect(await read('given_up')).toEqual({})
  })

  it('says what is lost where another process has the file open', async () => {
    const other = await open(path)
    try {
      const { code, errors } = await end('exit')
      expect(code).toBe(3)
      expect(errors).toMatch(
        /^duckpaddle: what was due to be saved at exit is lost: .*'a'.*`storage` in .*\n$/,
      )
      expect(errors).toContain(path)
      expect(errors).toContain('Another process has the database open')
    } finally {
      await other.close()
    }
    expect(await readDatabase(path, 'SELECT view_name FROM duckdb_views() WHERE NOT internal')).toEqual([])
  })

  it("saves what a listener to 'exit' sets that was there before the store, and reports what comes later", async () => {
    const { code, errors } = await end('exit listener')
    expect(code).toBe(3)
    expect(errors).toMatch(/^duckpaddle: The process is exiting, and `storage` was saved: .*\n$/)
    expect(await read()).toEqual({ early: 1, k: 1 })
  })

  it('saves whatever options it was started with', async () => {
    const env = { ...process.env, NODE_OPTIONS: '--inspect=127.0.0.1:0 --max-old-space-size=512' }
    const inspected = await run(['--inspect=127.0.0.1:0', program, path, 'exit'], env)
    expect(inspected.code).toBe(3)
    expect(inspected.errors.match(/Debugger listening/g)).toHaveLength(1)
    expect(await read()).toEqual(all)
  })

  it.runIf(isLong)('saves from code without a file', async () => {
    const library = new URL('../../dist/main/index.js', import.meta.url).href
    const code = `import { DuckDBStorageAdapter } from ${JSON.stringify(library)}
      void new DuckDBStorageAdapter({ database: ${JSON.stringify(path)} }).set('evaluated', 1)
      process.exit(3)`
    expect(await run(['--input-type=module', '--eval', code])).toEqual({ code: 3, errors: '' })
    expect(await read()).toEqual({ evaluated: 1 })
  })

  it.runIf(isLong)('has saved a store of a service whose close() it has waited for', async () => {
    expect(await end('sigterm')).toEqual({ code: 3, errors: '' })
    expect(await read()).toEqual({ k: 1 })
  })
})

describe('a process that ends with changes due', () => {
  const ends: [way: string, code: number][] = [
    ['itself', 0],
    ['saving', 3],
  ]
  const others: typeof ends = [
    ['timer', 0],
    ['exit', 3],
    ['poisoned', 3],
    ['throw', 1],
  ]
  it.each(fewOf(ends, others))(
    'has written them when it ends by %s, with code %i',
    async (way, expectedCode) => {
      const { code } = await run([endWithChanges, path, way])
      expect(code).toBe(expectedCode)
      expect(await read()).toEqual({ kept: 1, updated: 2, new: { text: 'zürich', none: null } })
    },
  )
})
