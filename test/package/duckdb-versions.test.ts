import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'
import { createApplication, install } from './support/installs.js'
import { run, succeed } from './support/run.js'

const api = '@duckdb/node-api'
const folder = temporaryFolder()

/** What an application sees that loads another copy of node-api before or after it opens a database. */
const program = `
const [copy, order] = process.argv.slice(2)
const { open } = await import('duckpaddle')
const load = async () => {
  const { DuckDBInstance, version } = await import(copy)
  await DuckDBInstance.create(':memory:')
  return version()
}
const tryOpen = async () => {
  try {
    const db = await open(':memory:')
    const [{ answer }] = await db.query('SELECT 42 AS answer')
    await db.close()
    return answer
  } catch (error) {
    return { code: error.code, message: error.message }
  }
}
const first = await (order === 'before' ? load() : tryOpen())
const second = await (order === 'before' ? tryOpen() : load())
console.log(JSON.stringify(order === 'before' ? { loaded: first, opened: second } : { loaded: second, opened: first }))
`

async function use(application: string, copy: string, order: 'before' | 'after'): Promise<unknown> {
  writeFileSync(join(application, 'use.mjs'), program)
  return JSON.parse(await succeed(process.execPath, ['use.mjs', copy, order], application))
}

const refused = (version: string, remedy: string) => ({
  code: 'PERSIST_OPEN_FAILED',
  message: expect.stringMatching(new RegExp(`DuckDB ${version}\\b.*DuckDB 1\\.5\\.6\\b.*${remedy}`)),
})

describe('an application without DuckDB of its own', () => {
  it('has one copy of it, which it may import as well', async () => {
    const used = await use(inject('application'), api, 'before')
    expect(used).toEqual({ loaded: 'v1.5.6', opened: 42 })
    const { stdout } = await run('npm', ['ls', api, '--all', '--parseable'], inject('application'))
    expect(stdout.trim().split('\n')).toHaveLength(1)
  })
})

describe.each([
  ['1.5.5-r.5', '1.5.5'],
  ['1.4.4-r.1', '1.4.4'],
])('an application that has node-api %s', (release, version) => {
  const application = join(folder, version)

  beforeAll(async () => {
    await createApplication(application)
    await install(application, `${api}@${release}`)
  })

  it('is told at the installation', async () => {
    const { code, stderr } = await run('npm', ['install', inject('tarball')], application)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/ERESOLVE/)
    expect(stderr).toContain(`${api}@"~1.5.6-r.1" from duckpaddle`)
  })

  it('is told by open(), in any order, where it has forced the installation', async () => {
    await install(application, inject('tarball'), '--force')
    const remedy = `found ${api} ${release}; .npm install ${api}@~1\\.5\\.6-r\\.1`
    expect(await use(application, api, 'before')).toEqual({
      loaded: `v${version}`,
      opened: refused(version, remedy),
    })
    expect(await use(application, api, 'after')).toEqual({
      loaded: `v${version}`,
      opened: refused(version, remedy),
    })
  })
})

describe('an application with a package that depends on another version', () => {
  const application = join(folder, 'two-copies')

  beforeAll(async () => {
    const other = join(folder, 'other-package')
    mkdirSync(other)
    const manifest = {
      name: 'other-package',
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      dependencies: { [api]: '1.5.1-r.1' },
    }
    writeFileSync(join(other, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(other, 'index.js'), `export { DuckDBInstance, version } from '${api}'\n`)
    const packed = await succeed('npm', ['pack', '--silent', '--pack-destination', folder], other)
    await createApplication(application)
    await install(application, inject('tarball'), join(folder, packed.trim()))
  })

  it('is told by open() where the other version was loaded first', async () => {
    const remedy = `npm ls ${api}.*npm install ${api}@~1\\.5\\.6-r\\.1.*overrides`
    const opened = refused('1.5.1', remedy)
    expect(await use(application, 'other-package', 'before')).toEqual({ loaded: 'v1.5.1', opened })
  })

  it('works where the database was opened first, and the other package has DuckDB 1.5.6 then', async () => {
    expect(await use(application, 'other-package', 'after')).toEqual({ loaded: 'v1.5.6', opened: 42 })
  })

  it('works in any order with one copy by overrides', async () => {
    await succeed('npm', ['pkg', 'set', `overrides[${api}]=~1.5.6-r.1`], application)
    await install(application)
    expect(await use(application, 'other-package', 'before')).toEqual({ loaded: 'v1.5.6', opened: 42 })
  })
})

describe('an application whose package manager installs no peer dependencies', () => {
  const application = join(folder, 'without-peers')

  it('is told by open() what to install', async () => {
    await createApplication(application)
    await install(application, inject('tarball'), '--legacy-peer-deps')
    writeFileSync(
      join(application, 'open.mjs'),
      `import { open } from 'duckpaddle'\nawait open(':memory:')\n`,
    )
    const { code, stderr } = await run(process.execPath, ['open.mjs'], application)
    expect(code).toBe(1)
    expect(stderr).toContain('PERSIST_OPEN_FAILED')
    expect(stderr).toContain(`npm install ${api}@~1.5.6-r.1`)
  })
})
