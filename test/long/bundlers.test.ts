import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ran, run, succeed } from '../package/support/run.js'
import { blocksOf } from '../support/documented-programs.js'
import { recipesOf, runCommands, writeFiles } from '../support/documented-recipes.js'
import { installPacked, installTools } from '../support/installed-tools.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const packages = [
  'esbuild@0.28.2',
  'rollup@4.68.8',
  '@rollup/plugin-commonjs@29.0.3',
  '@rollup/plugin-node-resolve@16.0.3',
  'webpack@5.113.0',
  'webpack-cli@7.3.1',
  'vite@8.4.0',
  'jest@30.5.2',
  'tsx@4.23.15',
  'postject@1.0.0-alpha.6',
]
const recipes = recipesOf('docs/bundlers.md')
const appFiles = recipes.get('')?.files ?? new Map()
/** What the documentation shows: the error, and what `app.js` prints. */
const [failure = '', output = ''] = blocksOf('docs/bundlers.md')
  .filter(({ language }) => language === 'text')
  .map(({ text }) => text)

/** Where nothing above has any of our packages. */
const elsewhere = temporaryFolder()
let tools = ''
let application = ''

beforeAll(async () => {
  tools = await installTools(packages)
  application = mkdtempSync(join(tools, 'application-'))
  await installPacked(application)
})
afterAll(() => rmSync(application, { recursive: true, force: true }))

/** A folder of its own in the application, with `app.js` and the files of a section. */
function prepare(heading: string): string {
  const folder = mkdtempSync(join(application, 'run-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFiles(folder, appFiles)
  writeFiles(folder, recipes.get(heading)?.files ?? new Map())
  return folder
}

async function follow(heading: string, folder = prepare(heading)): Promise<string> {
  const commands = recipes.get(heading)?.commands ?? []
  expect(commands).not.toEqual([])
  return await runCommands(commands, folder, tools)
}

describe('the recipe of the documentation', () => {
  it.each(['esbuild', 'rollup', 'webpack', 'Vite', 'tsx'])('works for %s', async (heading) => {
    expect(await follow(heading)).toBe(output)
  })

  it('works for Jest', async () => {
    // It says what has passed on stderr, and fails otherwise.
    expect(await follow('Jest')).toBe('')
  })

  it.runIf(process.platform === 'linux')('works for a single executable', async () => {
    expect(await follow("A single executable of Node's")).toBe('[ { answer: 42 } ]\n')
  })
})

it.runIf(process.platform === 'linux')(
  'a single executable that cannot save at its exit says so, and is not started again',
  async () => {
    const heading = "A single executable of Node's"
    const folder = prepare(heading)
    const program = `
      const { createRequire } = require('node:module')
      const { DuckDBStorageAdapter } = createRequire(process.execPath)('duckpaddle')
      console.log('started')
      const store = new DuckDBStorageAdapter({ database: 'store.duckdb' })
      store.set('name', 1)
      process.exit(3)`
    writeFileSync(join(folder, 'single.cjs'), program)
    await runCommands(recipes.get(heading)?.commands.slice(0, -1) ?? [], folder, tools)
    const { code, stdout, stderr } = await run(join(folder, 'single'), [], folder)
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'started\n' })
    expect(stderr).toMatch(/lost: 1 changes \('name'\) \(a single executable application/)
  },
)

/** The recipes without what leaves duckpaddle out, by the file that each makes. */
const bundled: Readonly<Record<string, { heading: string; command: string; settings?: [string, string] }>> = {
  'esbuild, to ES modules': {
    heading: 'esbuild',
    command: 'esbuild app.js --bundle --platform=node --format=esm --outfile=dist/app.mjs',
  },
  'esbuild, to CommonJS': {
    heading: 'esbuild',
    command: 'esbuild app.js --bundle --platform=node --format=cjs --minify --outfile=dist/app.cjs',
  },
  rollup: {
    heading: 'rollup',
    command: 'rollup --config --file dist/app.mjs --external node: --plugin commonjs',
    settings: ["external: ['duckpaddle', /^node:/]", 'external: [/^node:/]'],
  },
  'webpack, to ES modules': {
    heading: 'webpack',
    command: 'webpack --output-filename app.mjs',
    settings: ["externals: ['duckpaddle'],", ''],
  },
  'webpack, to CommonJS': {
    heading: 'none',
    command: 'webpack --entry ./app.js --mode production --target node --output-filename app.cjs',
  },
  Vite: {
    heading: 'none',
    command: 'vite build --ssr app.js --outDir dist',
  },
}

describe.each(Object.entries(bundled))('duckpaddle bundled by %s', (name, { heading, command, settings }) => {
  const file = name === 'Vite' ? 'app.js' : `app.${name.endsWith('CommonJS') ? 'cjs' : 'mjs'}`
  let folder = ''

  beforeAll(async () => {
    folder = prepare(heading)
    if (name === 'Vite')
      writeFileSync(join(folder, 'vite.config.js'), 'export default { ssr: { noExternal: true } }')
    if (settings !== undefined) {
      const config = `${heading}.config.js`
      const text = recipes.get(heading)?.files.get(config) ?? ''
      expect(text).toContain(settings[0])
      writeFileSync(join(folder, config), text.replace(...settings))
    }
    await runCommands([command], folder, tools)
  })

  function start(cwd: string): Promise<Ran> {
    return run(process.execPath, [join(cwd, file)], cwd)
  }

  it('works beside node_modules', async () => {
    expect(await start(join(folder, 'dist'))).toEqual({ code: 0, stdout: output, stderr: '' })
  })

  it('says what to do elsewhere, though another file there is called worker.js', async () => {
    const alone = mkdtempSync(join(elsewhere, 'alone-'))
    cpSync(join(folder, 'dist'), alone, { recursive: true })
    writeFileSync(join(alone, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(alone, 'worker.js'), 'console.log("not this one")')
    // What is bundled may have kept the path that it had.
    const modules = join(application, 'node_modules')
    renameSync(modules, `${modules}-away`)
    try {
      const { code, stdout, stderr } = await start(alone)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toBe(`PERSIST_OPEN_FAILED: ${failure.trim().replaceAll('\n', ' ')}\n`)
    } finally {
      renameSync(`${modules}-away`, modules)
    }
  })
})

it('a bundle refuses the files of another version', async () => {
  const folder = mkdtempSync(join(elsewhere, 'versions-'))
  const app = join(folder, 'app.js')
  const source = prepare('none')
  await runCommands([bundled['esbuild, to ES modules']?.command ?? ''], source, tools)
  cpSync(join(source, 'dist', 'app.mjs'), app)
  const installed = join(folder, 'node_modules', 'duckpaddle')
  mkdirSync(installed, { recursive: true })
  cpSync(join(application, 'node_modules', 'duckpaddle'), installed, { recursive: true })
  await succeed('npm', ['pkg', 'set', 'version=0.0.9'], installed)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const { code, stderr } = await run(process.execPath, [app], folder)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^PERSIST_OPEN_FAILED: .*this is duckpaddle \d.*its files are of 0\.0\.9 in/)
})
