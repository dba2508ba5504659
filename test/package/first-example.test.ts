import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { commandsOf, programsOf } from '../support/documented-programs.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { createApplication, nodeOf, nodeVersions, tscOf, typescriptVersions } from './support/installs.js'
import { npm, run, succeed } from './support/run.js'

const [example] = programsOf('README.md')
const text = example?.text ?? ''
const output = example?.output ?? ''
/** As the README has it. */
const compilerOptions = ['--module', 'nodenext', '--target', 'es2022']
const works = { code: 0, stdout: output }

/** A folder of its own inside of an application, with a program in it. */
function save(application: string, file: string, program = text): string {
  const folder = mkdtempSync(join(application, 'run-'))
  writeFileSync(join(folder, file), program)
  return folder
}

describe("the README's first example, in an application that npm init has made CommonJS", () => {
  const application = inject('application')

  it.each(nodeVersions)('runs as app.mjs on Node %i', async (version) => {
    const folder = save(application, 'app.mjs')
    expect(await run(nodeOf(version), ['app.mjs'], folder)).toEqual({ ...works, stderr: '' })
  })

  it.each([22, 24] as const)('runs as app.mts on Node %i', async (version) => {
    expect(await run(nodeOf(version), ['app.mts'], save(application, 'app.mts'))).toMatchObject(works)
  })
})

describe("the README's first example, after the README's commands", () => {
  const application = join(temporaryFolder(), 'application')

  beforeAll(async () => {
    await createApplication(application)
    const [commands = ''] = commandsOf('README.md')
    for (const command of commands.trim().split('\n')) {
      const [program, ...args] = command.replace(/\bduckpaddle\b/, inject('tarball')).split(' ')
      expect(program).toBe('npm')
      await npm(application, ...args)
    }
  })

  it.each([22, 24] as const)('runs as app.ts on Node %i', async (version) => {
    expect(await run(nodeOf(version), ['app.ts'], save(application, 'app.ts'))).toMatchObject(works)
  })

  it.each(typescriptVersions)('runs as app.ts that TypeScript %s has compiled', async (typescript) => {
    const folder = save(application, 'app.ts')
    const compiled = await run(process.execPath, [tscOf(typescript), ...compilerOptions, 'app.ts'], folder)
    expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const version of nodeVersions) {
      const own = mkdtempSync(join(folder, `node-${version}-`))
      expect(await run(nodeOf(version), [join(folder, 'app.js')], own)).toEqual({ ...works, stderr: '' })
    }
  })

  it('closes by `await using` as well, on Node 24 and compiled', async () => {
    const using = text.replace('const db', 'await using db').replace('await db.close()\n', '')
    const folder = save(application, 'app.ts', using)
    await succeed(process.execPath, [tscOf('5.5'), ...compilerOptions, 'app.ts'], folder)
    expect(await run(nodeOf(20), [join(folder, 'app.js')], folder)).toEqual({ ...works, stderr: '' })
    expect(await run(nodeOf(24), ['app.mjs'], save(application, 'app.mjs', using))).toMatchObject(works)
  })

  it('has columns that the next query names as they are', async () => {
    const next = `console.log(await db.query('SELECT id, seen_at, kind, payload FROM events ORDER BY seen_at, id'))\n`
    const folder = save(
      application,
      'app.js',
      text.replace('await db.close()\n', `${next}await db.close()\n`),
    )
    const { code, stdout } = await run(nodeOf(24), ['app.js'], folder)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("kind: 'logout'") })
  })
})
