import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { programsOf } from '../support/documented-programs.js'
import { createApplication, install, nodeOf, tscOf, typescriptVersions } from './support/installs.js'
import { run } from './support/run.js'

const [program] = programsOf('docs/kysely.md')

describe.each(['0.28.0', '0.28', '0.29'])('with Kysely %s', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'duckpaddle-kysely-'))

  beforeAll(async () => {
    await createApplication(folder)
    await install(folder, inject('tarball'), `kysely@${version}`)
    writeFileSync(join(folder, 'program.mts'), program?.text ?? '')
  })

  it.each(typescriptVersions)(
    'the example of docs/kysely.md compiles with TypeScript %s, and runs',
    async (typescript) => {
      const args = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2022']
      const lib = ['--lib', 'es2022,dom,esnext.disposable', 'program.mts']
      const compiled = await run(process.execPath, [tscOf(typescript), ...args, ...lib], folder)
      expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' })
      const ran = await run(nodeOf(24), ['program.mjs'], folder)
      expect(ran).toEqual({ code: 0, stdout: program?.output, stderr: '' })
    },
  )
})
