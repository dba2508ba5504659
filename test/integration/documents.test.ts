import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { programsOf } from '../support/documented-programs.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** `test/package` has the rest: real installs, every Node and compiler. */
const folder = temporaryFolder()
const root = fileURLToPath(new URL('../../', import.meta.url))
const execute = promisify(execFile)

beforeAll(async () => {
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const { stdout } = await execute('npm', pack, { cwd: root })
  await execute('tar', ['xzf', stdout.trim()], { cwd: folder })
  renameSync(join(folder, 'package'), join(modules, 'duckpaddle'))
  for (const name of ['piscina', 'sorted-btree', '@duckdb', 'keyv', 'unstorage', 'abstract-level', 'kysely'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
})

describe("the README's code, from the packed package", () => {
  const [first] = programsOf('README.md')

  it('begins with an example that runs as it stands', async () => {
    const own = mkdtempSync(join(folder, 'run-'))
    writeFileSync(join(own, 'app.mjs'), first?.text ?? '')
    const { stdout, stderr } = await execute(process.execPath, ['app.mjs'], { cwd: own })
    expect({ stdout, stderr }).toEqual({ stdout: first?.output, stderr: '' })
  })

  // `npm run test:package` has all of them.
  it.each(programsOf('docs/adapters.md').slice(0, 1))(
    'of other libraries runs as it stands: $title',
    async ({ text, output }) => {
      const own = mkdtempSync(join(folder, 'run-'))
      writeFileSync(join(own, 'app.mjs'), text)
      const { stdout, stderr } = await execute(process.execPath, ['app.mjs'], { cwd: own })
      expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' })
    },
  )

  it.runIf('require_module' in process.features)('can be required from CommonJS', async () => {
    const own = mkdtempSync(join(folder, 'run-'))
    const required = programsOf('README.md').find(({ language }) => language === 'cjs')
    writeFileSync(join(own, 'app.cjs'), required?.text ?? '')
    const { stdout, stderr } = await execute(process.execPath, ['app.cjs'], { cwd: own })
    expect({ stdout, stderr }).toEqual({ stdout: required?.output, stderr: '' })
  })
})

it('the example of docs/kysely.md runs as it stands, from the packed package', async () => {
  const [program] = programsOf('docs/kysely.md')
  const own = mkdtempSync(join(folder, 'run-'))
  const { code } = await transform(program?.text ?? '', { loader: 'ts', format: 'esm', target: 'es2022' })
  writeFileSync(join(own, 'app.mjs'), code)
  const { stdout, stderr } = await execute(process.execPath, ['app.mjs'], { cwd: own })
  expect({ stdout, stderr }).toEqual({ stdout: program?.output, stderr: '' })
})
