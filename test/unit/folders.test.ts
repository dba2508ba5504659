import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))

const shared = ['protocol', 'process', 'sync', 'values']

/** What each folder may import from, besides itself; what is not named here is not there. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sync: [],
  process: ['protocol'],
  values: ['protocol'],
  adapters: ['main', 'main/store'],
  main: [
    ...shared,
    ...['main/contract', 'main/database', 'main/diagnostics', 'main/encode', 'main/health', 'main/infer'],
    ...['main/read', 'main/schema', 'main/scheduling', 'main/store', 'main/worker-thread', 'main/write'],
  ],
  'main/contract': ['protocol'],
  'main/diagnostics': ['main/contract', 'main/scheduling'],
  'main/scheduling': ['sync', 'main/contract'],
  'main/encode': [
    'protocol',
    'main/contract',
    'main/encode/encoders',
    'main/encode/nested',
    'main/encode/parsers',
  ],
  'main/encode/nested': ['protocol', 'main/contract', 'main/encode', 'main/encode/encoders'],
  'main/encode/parsers': ['protocol', 'main/contract', 'main/encode'],
  'main/encode/encoders': ['protocol', 'main/contract', 'main/encode', 'main/encode/parsers'],
  'main/decode': ['protocol', 'values', 'main/contract', 'main/decode/decoders'],
  'main/decode/decoders': ['protocol', 'values', 'main/contract', 'main/decode'],
  'main/schema': ['protocol', 'main/contract', 'main/encode', 'main/scheduling'],
  'main/database': [...shared, 'main/contract'],
  'main/worker-thread': [...shared, 'main/contract', 'main/diagnostics', 'main/scheduling'],
  'main/read': [
    ...shared,
    'main/contract',
    'main/decode',
    'main/diagnostics',
    'main/encode',
    'main/scheduling',
    'main/worker-thread',
  ],
  'main/write': [
    ...shared,
    'main/contract',
    'main/diagnostics',
    'main/encode',
    'main/scheduling',
    'main/schema',
    'main/worker-thread',
  ],
  'main/health': [
    'process',
    'protocol',
    'main/contract',
    'main/scheduling',
    'main/worker-thread',
    'main/write',
  ],
  'main/infer': ['protocol', 'main/contract', 'main/encode', 'main/scheduling', 'main/schema', 'main/write'],
  'main/store': [...shared, 'main', 'main/contract', 'main/database', 'main/encode', 'main/read'].concat([
    'main/scheduling',
    'main/worker-thread',
  ]),
  'adapters/kysely': ['main', 'sync'],
  worker: [
    ...shared,
    'worker/catalog',
    'worker/instance',
    'worker/parameters',
    'worker/read',
    'worker/sql',
    'worker/write',
  ],
  'worker/sql': [],
  'worker/instance': [...shared, 'worker', 'worker/sql'],
  'worker/catalog': ['protocol', 'worker', 'worker/sql'],
  'worker/ingest': ['protocol', 'worker', 'worker/catalog', 'worker/instance'],
  'worker/parameters': ['protocol', 'worker', 'worker/instance', 'worker/sql'],
  'worker/read': [
    ...shared,
    'worker',
    'worker/catalog',
    'worker/instance',
    'worker/parameters',
    'worker/sql',
  ],
  'worker/constraints': ['protocol', 'values', 'worker', 'worker/catalog', 'worker/ingest', 'worker/read'],
  'worker/write': [
    ...shared,
    'worker',
    'worker/catalog',
    'worker/constraints',
    'worker/ingest',
    'worker/read',
  ],
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(source, dirname(join(dirname(file), path))),
  )
}

it.each(Object.keys(allowed))('src/%s imports what the architecture says', (folder) => {
  const files = readdirSync(join(source, folder)).filter((name) => name.endsWith('.ts'))
  expect(files).not.toEqual([])
  for (const file of files) {
    const strays = importsOf(join(source, folder, file)).filter(
      (other) => other !== folder && allowed[folder]?.includes(other) !== true,
    )
    expect(strays, file).toEqual([])
  }
})

it('every folder of src is one of these', () => {
  const folders = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(source, entry.parentPath))
  expect([...new Set(folders)].sort()).toEqual(Object.keys(allowed).sort())
})
