import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, it } from 'vitest'

const installed = join(inject('application'), 'node_modules/duckpaddle')
const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).map((file) =>
  file.replaceAll('\\', '/'),
)
const programs = files.filter((file) => file.endsWith('.js'))

it('is published as few files: each takes about a millisecond to import', () => {
  const own = programs.filter((file) => !file.startsWith('main/chunks/'))
  expect(own.sort()).toEqual([
    'adapters/abstract-level.js',
    'adapters/keyv.js',
    'adapters/kysely/index.js',
    'adapters/unstorage.js',
    'main/index.js',
    'main/store/exit-program.js',
    'worker.js',
  ])
  expect(programs.length - own.length).toBeLessThan(10)
})

it('has the types, and the source map, of each', () => {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const targets = Object.values<{ types?: string } | string>(exports)
  const types = targets.flatMap((target) => (typeof target === 'string' ? [] : [target.types]))
  expect(types).toHaveLength(5)
  for (const file of types) expect(files).toContain(file?.replace(/^\.\/dist\//, ''))
  for (const file of programs) expect(files).toContain(`${file}.map`)
})
