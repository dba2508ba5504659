/**
 * Bundles the package into few files: Node takes about a millisecond for each of some 250 modules of `dist/main`, and a
 * worker thread for each of the 181 of node-api.
 *
 * Run after `tsc`, whose modules stay for the benchmarks of their parts, and are not published; their types are.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const api = '@duckdb/node-api'

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'linked',
  // Only positions: a stack trace names the file and the line.
  sourcesContent: false,
  metafile: true,
}

/** What `new URL(..., import.meta.url)` is relative to: as deep as the module that says so. */
const chunks = 'main/chunks'

/**
 * Bundled code asks for the binding by its name. It is found from the application's node-api, as pnpm keeps it where
 * only that finds it, and it must be the one that the application itself uses.
 */
const binding = {
  name: 'binding',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@duckdb\/node-bindings$/ }, ({ path }) => ({ path, namespace: 'binding' }))
    onLoad({ filter: /.*/, namespace: 'binding' }, () => ({
      contents: `const api = require('node:module').createRequire(require.resolve('${api}'))
        module.exports = require(api.resolve('@duckdb/node-bindings'))`,
      resolveDir: root,
    }))
  },
}

/** One module of node-api's exports: each importing file would copy all of them, since they are CommonJS. */
const exportsOfApi = {
  name: 'exports of node-api',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@duckdb\/node-api$/ }, ({ path, namespace }) =>
      namespace === 'api' ? undefined : { path, namespace: 'api', sideEffects: false },
    )
    onLoad({ filter: /.*/, namespace: 'api' }, () => {
      const names = Object.keys(require(api)).filter((name) => name !== 'default')
      return { contents: `export const { ${names.join(', ')} } = require('${api}')`, resolveDir: root }
    })
  },
}

await bundleMain()
await bundleWorker()
await checkVersion()

async function bundleMain() {
  rmSync(join(root, 'dist', chunks), { recursive: true, force: true })
  const { metafile } = await build({
    ...shared,
    entryPoints: ['main/index', 'main/store/exit-program', ...adapters()].map((name) => `src/${name}.ts`),
    outbase: 'src',
    outdir: 'dist',
    splitting: true,
    chunkNames: `${chunks}/[name]-[hash]`,
    packages: 'external',
  })
  const finder = 'src/main/worker-thread/package-files.ts'
  const [place] = Object.entries(metafile.outputs).find(([, { inputs }]) => finder in inputs) ?? []
  if (place?.startsWith(`dist/${chunks}/`)) return
  throw new Error(`${finder} finds files from dist/${chunks}, and was bundled into ${place}`)
}

/** The entries besides the main one. */
function adapters() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const files = Object.values(exports).map((target) => target.default)
  return files.flatMap((file) => /^\.\/dist\/(adapters\/.*)\.js$/.exec(file)?.[1] ?? [])
}

async function bundleWorker() {
  const { metafile } = await build({
    ...shared,
    entryPoints: ['src/worker/index.ts'],
    outfile: 'dist/worker.js',
    ignoreAnnotations: true,
    // Its mark on what is transferred must be the one that the thread's own piscina knows.
    external: ['piscina'],
    plugins: [binding, exportsOfApi],
    banner: {
      js: `import { createRequire as createRequireOfWorker } from 'node:module'
const require = createRequireOfWorker(import.meta.url)`,
    },
  })
  writeLicenses(Object.keys(metafile.inputs))
}

/** The licenses of what was bundled ask to be where their code is. */
function writeLicenses(inputs) {
  const folders = new Set(
    inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean),
  )
  const texts = [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(root, folder, 'LICENSE'), 'utf8')}`
  })
  writeFileSync(join(root, 'dist/worker.LICENSES.txt'), texts.join('\n'))
}

/** A package whose own version is another would refuse its own files. */
async function checkVersion() {
  const { packageVersion } = await import('../dist/main/worker-thread/package-files.js')
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (packageVersion === version) return
  throw new Error(`package.json is of version ${version}, and package-files.ts says ${packageVersion}`)
}
