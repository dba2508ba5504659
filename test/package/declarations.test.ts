import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { install, type TypeScriptVersion, tscOf, typescriptVersions } from './support/installs.js'
import { type Ran, run } from './support/run.js'

/** Uses what depends on the libraries that an application compiles for. */
const program = `
import { DuckDBStorageAdapter, open, PersistenceError, type OpenOptions, type PersistOptions, type Rows } from 'duckpaddle'

const options: OpenOptions = { resourceLimits: { maxOldGenerationSizeMb: 256 } }
export async function main(signal: NonNullable<PersistOptions['signal']>): Promise<unknown> {
  const db = await open(':memory:', options)
  const table = await db.table('t', { columns: { id: 'BIGINT NOT NULL', kind: "ENUM('a', 'b')", data: 'BLOB' }, key: ['id'] })
  const rows: Rows<{ id: number }> = [{ id: 1 }]
  await table.persist(rows, { signal })
  await table.persist([{ id: 2, kind: 'a', data: new Uint8Array(3) }])
  await table.persist(new Map([[3, { id: 3 }]]).values(), { onConflict: 'update' })
  const store = new DuckDBStorageAdapter<{ name: string }>({ database: db, tableName: 'users' })
  store.on('persistError', (error) => error)
  for await (const key of store.keys()) key.toUpperCase()
  await store[Symbol.asyncDispose]()
  await db[Symbol.asyncDispose]()
  return new PersistenceError('PERSIST_CLOSED', 'closed', { cause: 1 }).cause
}
`

const misspelt = `
import { open } from 'duckpaddle'
const db = await open(':memory:')
const events = await db.table('events', { columns: { id: 'BIGINT NOT NULL', seen_at: 'TIMESTAMP', kind: 'VARCHAR' } })
await events.persist([{ id: 1, kind: 'login' }, { id: 2, kin: 'logout' }])
`

/** Each line is an error, and what it is to say. */
const refusals = [
  {
    line: "await db.table('t', { columns: { id: 'BIGNT' } })",
    says: /^refused\.mts\(4,\d+\): .* is not assignable to type 'NoTypeOfDuckDB<"BIGNT">'\.$/,
  },
  {
    line: "events.createWriteStream({ onConflict: 'update' })",
    says: /^refused\.mts\(4,\d+\): [\s\S]*Type '"update"' is not assignable to type 'KeyNeeded \| undefined'\.$/,
  },
]

const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess']
const modules = {
  node16: ['--module', 'node16'],
  nodenext: ['--module', 'nodenext'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
  // TypeScript 7 has it no longer.
  node10: ['--module', 'esnext', '--moduleResolution', 'node10'],
}
const cases = typescriptVersions.flatMap((typescript) =>
  (Object.keys(modules) as (keyof typeof modules)[])
    .filter((module) => !(module === 'node10' && typescript === '7.0'))
    .map((module) => ({ typescript, module })),
)

const compiled = { code: 0, stdout: '', stderr: '' }
const folder = mkdtempSync(join(inject('application'), 'declarations-'))
const withNodeTypes = join(folder, 'with-node-types')

function compile(cwd: string, typescript: TypeScriptVersion, ...args: string[]): Promise<Ran> {
  return run(process.execPath, [tscOf(typescript), ...strict, '--target', 'es2022', ...args], cwd)
}

beforeAll(async () => {
  writeFileSync(join(folder, 'program.mts'), program)
  writeFileSync(join(folder, 'misspelt.mts'), misspelt)
  mkdirSync(withNodeTypes)
  writeFileSync(join(withNodeTypes, 'package.json'), '{ "private": true }')
  writeFileSync(join(withNodeTypes, 'program.mts'), program)
  await install(withNodeTypes, '@types/node@20')
})

describe('the declarations, checked themselves as well', () => {
  it.each(cases)(
    'compile with TypeScript $typescript, $module and the library of ES2021 alone',
    async (test) => {
      const args = [...modules[test.module], '--lib', 'es2021', 'program.mts']
      expect(await compile(folder, test.typescript, ...args)).toEqual(compiled)
    },
  )

  it.each(typescriptVersions)(
    'compile with TypeScript %s, its newest library and the DOM',
    async (typescript) => {
      const args = [...modules.nodenext, '--lib', 'esnext,dom', 'program.mts']
      expect(await compile(folder, typescript, ...args)).toEqual(compiled)
    },
  )

  it.each(typescriptVersions)('compile with TypeScript %s beside the types of Node', async (typescript) => {
    const args = [...modules.nodenext, '--lib', 'es2022', '--types', 'node', 'program.mts']
    expect(await compile(withNodeTypes, typescript, ...args)).toEqual(compiled)
  })

  it.each(typescriptVersions)(
    'name a misspelt property in one line, with TypeScript %s',
    async (typescript) => {
      const { code, stdout } = await compile(
        folder,
        typescript,
        '--module',
        'nodenext',
        '--pretty',
        'false',
        'misspelt.mts',
      )
      expect(code).not.toBe(0)
      expect(stdout.trim().split('\n')).toHaveLength(1)
      expect(stdout).toMatch(
        /^misspelt\.mts\(5,\d+\): .*'kin' does not exist .*Did you mean to write 'kind'\?/,
      )
      expect(stdout.length).toBeLessThan(350)
    },
  )

  it.each(
    typescriptVersions.flatMap((typescript) => refusals.map((refusal) => ({ typescript, ...refusal }))),
  )('refuse $line, with TypeScript $typescript', async ({ typescript, line, says }) => {
    const begin = misspelt.split('\n').slice(1, 4).join('\n')
    writeFileSync(join(folder, 'refused.mts'), `${begin}\n${line}\n`)
    const args = ['--module', 'nodenext', '--pretty', 'false', 'refused.mts']
    const { code, stdout } = await compile(folder, typescript, ...args)
    expect(code).not.toBe(0)
    expect(stdout.trim()).toMatch(says)
  })

  it.each(['5.9', '7.0'] as const)(
    'can be required from CommonJS, with TypeScript %s',
    async (typescript) => {
      const text = `import duckpaddle = require('duckpaddle')\nexport const opening = duckpaddle.open(':memory:')\n`
      writeFileSync(join(folder, 'required.cts'), text)
      expect(await compile(folder, typescript, '--module', 'nodenext', 'required.cts')).toEqual(compiled)
    },
  )
})
