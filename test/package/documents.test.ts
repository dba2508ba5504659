import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import {
  checkDeclarations,
  checkModule,
  type DocumentedProgram,
  programsOf,
} from '../support/documented-programs.js'
import { nodeOf, nodeVersions, tscOf } from './support/installs.js'
import { run, succeed } from './support/run.js'

const programs = [
  'README.md',
  ...['api', 'errors', 'guarantees', 'guide', 'operations', 'performance', 'store', 'untrusted-sql'].map(
    (name) => `docs/${name}.md`,
  ),
].flatMap(programsOf)
const cases = nodeVersions.flatMap((version) =>
  programs.map((program) => ({ version, program, title: program.title })),
)
const application = inject('application')

describe('the code of the documents', () => {
  const source = mkdtempSync(join(application, 'documents-'))

  // Compiled at once: so it is well typed, too.
  beforeAll(async () => {
    writeFileSync(join(source, 'check.mjs'), checkModule)
    writeFileSync(join(source, 'check.d.mts'), checkDeclarations)
    programs.forEach((program) => {
      writeFileSync(join(source, fileOf(program)), program.text)
    })
    const typescript = programs.map(fileOf).filter((file) => file.endsWith('.mts'))
    expect(typescript).not.toEqual([])
    const args = [tscOf('7.0'), '--strict', '--module', 'nodenext', '--target', 'es2022', ...typescript]
    await succeed(process.execPath, args, source)
  })

  it.each(cases)('$title runs on Node $version, with the output and the values shown', async (test) => {
    const own = mkdtempSync(join(application, 'run-'))
    cpSync(source, own, { recursive: true })
    const { code, stdout, stderr } = await run(
      nodeOf(test.version),
      [fileOf(test.program).replace('.mts', '.mjs')],
      own,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    if (test.program.output !== undefined) expect(stdout).toBe(test.program.output)
  })

  // A table of one page must not be another one of the next.
  it('they run one after the other in one folder, as somebody does who tries them', async () => {
    const own = mkdtempSync(join(application, 'run-'))
    cpSync(source, own, { recursive: true })
    for (const program of programs) {
      const file = fileOf(program).replace('.mts', '.mjs')
      const ran = await run(nodeOf(nodeVersions[0]), [file], own)
      const stdout = program.output ?? expect.any(String)
      expect([program.title, ran]).toMatchObject([program.title, { code: 0, stdout, stderr: '' }])
    }
  }, 300_000)

  it.each(nodeVersions)('import() works from CommonJS as well, on Node %i', async (version) => {
    const own = mkdtempSync(join(application, 'run-'))
    const program = `import('duckpaddle').then(async ({ open }) => {
      const db = await open(':memory:')
      console.log(await db.query('SELECT 42 AS answer'))
      await db.close()
    })`
    writeFileSync(join(own, 'app.cjs'), program)
    const expected = { code: 0, stdout: '[ { answer: 42 } ]\n', stderr: '' }
    expect(await run(nodeOf(version), ['app.cjs'], own)).toEqual(expected)
  })
})

function fileOf({ title, language }: DocumentedProgram): string {
  const name = title.replaceAll(/[^\w]+/g, '-')
  return `${name}.${language === 'ts' ? 'mts' : language}`
}
