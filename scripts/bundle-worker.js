/**
 * Bundles the worker into `dist/worker.js`: a thread loads one file faster than the 181 of node-api, and a database
 * opens in 0.6 times the time. The native binding is not part of it.
 *
 * Run after `tsc`, whose `dist/worker` stays for the benchmarks of its parts, and is not published.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Bundled code asks for the binding by its name. It is found from the application's node-api, as pnpm keeps it where
 * only that finds it, and it must be the one that the application itself uses.
 */
const binding = {
  name: 'binding',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@duckdb\/node-bindings$/ }, ({ path }) => ({ path, namespace: 'binding' }))
    onLoad({ filter: /.*/, namespace: 'binding' }, () => ({
      contents: `const api = require('node:module').createRequire(require.resolve('@duckdb/node-api'))
        module.exports = require(api.resolve('@duckdb/node-bindings'))`,
      resolveDir: root,
    }))
  },
}

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/worker/index.ts'],
  outfile: 'dist/worker.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'linked',
  // Only positions: a stack trace names the file and the line.
  sourcesContent: false,
  metafile: true,
  ignoreAnnotations: true,
  // Its mark on what is transferred must be the one that the thread's own piscina knows.
  external: ['piscina'],
  plugins: [binding],
  banner: {
    js: `import { createRequire as createRequireOfWorker } from 'node:module'
const require = createRequireOfWorker(import.meta.url)`,
  },
})

writeLicenses(Object.keys(metafile.inputs))
await checkVersion()

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
