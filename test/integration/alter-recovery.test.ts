import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { everyOther } from '../support/generated-cases.js'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const quotedFolder = join(folder, "it's here")
mkdirSync(quotedFolder)
const withLibrary = fileURLToPath(new URL('../support/programs/run-and-kill.mjs', import.meta.url))
const withDuckDb = fileURLToPath(new URL('../support/programs/duckdb-and-kill.mjs', import.meta.url))

const table = 'CREATE TABLE t (a INTEGER, b VARCHAR'
const plain = `${table})`
const checked = `${table}, d INTEGER CHECK (d IS NULL OR abs(d) > 0))`
const generated = `${table}, g INTEGER GENERATED ALWAYS AS (a + 1))`
const computed = `${table}, d TIMESTAMP DEFAULT now())`

/** Statements that write a log which DuckDB cannot read at its next opening, and what is in the table after them. */
const statements: readonly (readonly [string, string, string])[] = [
  ['ADD COLUMN with a computed DEFAULT', plain, 'ALTER TABLE t ADD COLUMN c TIMESTAMP DEFAULT now()'],
  ['SET DEFAULT computed', plain, "ALTER TABLE t ALTER b SET DEFAULT now()::VARCHAR || 'x'"],
  ['ALTER TYPE USING', plain, "ALTER TABLE t ALTER b TYPE VARCHAR USING b || ''"],
  [
    'ADD COLUMN with nextval',
    plain,
    "CREATE SEQUENCE s; ALTER TABLE t ADD COLUMN c INTEGER DEFAULT nextval('s')",
  ],
  ['a field of a STRUCT', `${table}, s STRUCT(x INTEGER))`, 'ALTER TABLE t ADD COLUMN s.y INTEGER DEFAULT 3'],
  ['ADD COLUMN beside a CHECK', checked, 'ALTER TABLE t ADD COLUMN c INTEGER'],
  ['RENAME beside a CHECK', checked, 'ALTER TABLE t RENAME a TO z'],
  ['SET NOT NULL beside a CHECK', checked, 'ALTER TABLE t ALTER a SET NOT NULL'],
  ['ADD COLUMN beside a generated column', generated, 'ALTER TABLE t ADD COLUMN c INTEGER'],
  [
    'DROP COLUMN beside a generated column',
    `${table}, x INTEGER, g INTEGER AS (a + 1))`,
    'ALTER TABLE t DROP COLUMN x',
  ],
  ['RENAME beside a computed DEFAULT', computed, 'ALTER TABLE t RENAME a TO z'],
  ['SET NOT NULL beside a computed DEFAULT', computed, 'ALTER TABLE t ALTER a SET NOT NULL'],
  [
    'DROP COLUMN beside a computed DEFAULT',
    `${table}, x INTEGER, d TIMESTAMP DEFAULT now())`,
    'ALTER TABLE t DROP COLUMN x',
  ],
  [
    'ALTER in a transaction',
    computed,
    "BEGIN; ALTER TABLE t ADD COLUMN c INTEGER; INSERT INTO t (a, b) VALUES (2, 'x'); COMMIT",
  ],
]
const insert = "INSERT INTO t (a, b) VALUES (1, 'x')"

type Run = readonly [path: string, statements: readonly (string | readonly string[])[]]

/** Runs a program in which every statement is acknowledged before it dies. */
function die(program: string, ...runs: Run[]): void {
  const { signal, stderr } = spawnSync(process.execPath, [program, JSON.stringify(runs)], {
    encoding: 'utf8',
  })
  expect(signal, stderr).toBe('SIGKILL')
}

function walBytes(path: string): number {
  return statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0
}

const count = "SELECT count(*)::INT AS n FROM t WHERE b = 'x'"
const expectedRows = (sql: string) => [{ n: sql.includes('INSERT') ? 2 : 1 }]

describe.skipIf(process.platform === 'win32')('a kill', () => {
  it('after run() of any ALTER leaves nothing in the log', async () => {
    const some = everyOther(statements)
    const runs = some.map(
      ([, create, alter]): Run => [newDatabase(folder), [create, insert, 'CHECKPOINT', alter]],
    )
    die(withLibrary, ...runs)
    for (const [index, [what, , alter]] of some.entries()) {
      const [path] = runs[index] ?? ['']
      expect(walBytes(path), what).toBe(0)
      expect(await readDatabase(path, count), what).toEqual(expectedRows(alter))
    }
  })

  it('after a transaction with an ALTER leaves nothing in the log', async () => {
    const some = everyOther(statements.slice(0, 8))
    const runs = some.map(([, create, alter]): Run => {
      return [newDatabase(folder), [create, 'CHECKPOINT', [insert, alter]]]
    })
    die(withLibrary, ...runs)
    for (const [index, [what]] of some.entries()) {
      const [path] = runs[index] ?? ['']
      expect(walBytes(path), what).toBe(0)
      expect(await readDatabase(path, count), what).toEqual([{ n: 1 }])
    }
  })

  it('of another client after any ALTER leaves a file that opens, which DuckDB alone does not', async () => {
    const alone = statements.map(
      ([, create, alter]): Run => [newDatabase(quotedFolder), [create, insert, 'CHECKPOINT', alter]],
    )
    // Opening takes long, so that each of these has the log of many.
    const together = [statements.slice(0, 7), statements.slice(7)].map((some): Run => {
      const all = some.map(([, create, alter], index) => {
        const named = (sql: string) => sql.replaceAll(/\bt\b/g, `t${index}`)
        return { before: [named(create), named(insert)], alter: named(alter) }
      })
      const given = [...all.flatMap(({ before }) => before), 'CHECKPOINT', ...all.map(({ alter }) => alter)]
      return [newDatabase(quotedFolder), given]
    })
    die(withDuckDb, ...alone, ...together)
    for (const [index, [what]] of statements.entries()) {
      const reading = readDatabase(alone[index]?.[0] ?? '', count)
      await expect(reading.then(() => what)).rejects.toThrow('no default database set')
    }
    for (const [part, [path]] of together.entries()) {
      const db = await open(path)
      for (const [index, [what, , alter]] of statements.slice(7 * part, 7 * part + 7).entries()) {
        const found = await db.query(count.replace('FROM t', `FROM t${index}`))
        expect(found, what).toEqual(expectedRows(alter))
      }
      await db.close()
    }
  })

  it('leaves a file that says, opened for reading only, what it needs', async () => {
    const path = newDatabase(folder)
    die(withDuckDb, [path, [computed, insert, 'CHECKPOINT', 'ALTER TABLE t ADD COLUMN c INTEGER']])
    await expect(open(path, { readOnly: true })).rejects.toMatchObject({
      code: 'PERSIST_OPEN_FAILED',
      message: expect.stringContaining('without `readOnly`'),
    })
    await (await open(path)).close()
    const reader = await open(path, { readOnly: true })
    expect(await reader.query('SELECT a, c FROM t')).toEqual([{ a: 1, c: null }])
    await reader.close()
  })
})

it('a log that is damaged otherwise is not taken for such a one, and stays as it is', async () => {
  const path = newDatabase(folder)
  die(withDuckDb, [path, [plain, insert, 'CHECKPOINT', insert, insert]])
  const log = readFileSync(`${path}.wal`)
  log.fill(0xff, 20, log.length - 4)
  writeFileSync(`${path}.wal`, log)
  copyFileSync(path, `${path}.before`)
  await expect(open(path)).rejects.toMatchObject({ code: 'PERSIST_OPEN_FAILED' })
  expect(readFileSync(`${path}.wal`).equals(log)).toBe(true)
  expect(readFileSync(path).equals(readFileSync(`${path}.before`))).toBe(true)
})

it('a checkpoint that a read keeps from being made is made when the read has ended', async () => {
  const path = newDatabase(folder)
  const db = await open(path)
  await db.run(`${computed}; ${insert}; CHECKPOINT`)
  const reading = db.query('SELECT sum(sin(a.range))::INT AS n FROM range(20000) a, range(1000) b, t')
  // Later in the worker's queue at each of its steps: when it has ended, the long one has begun.
  await db.query('SELECT 1')
  await db.run('ALTER TABLE t ADD COLUMN c INTEGER')
  expect(walBytes(path)).toBeGreaterThan(0)
  await reading
  expect(walBytes(path)).toBe(0)
  await db.close()
})
