import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../support/documented-programs.js'
import { noFiles, recipesOf } from '../support/documented-recipes.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = ['README.md', 'CONTRIBUTING.md', ...readdirSync(join(root, 'docs')).filter(isPage).map(inDocs)]

function isPage(name: string): boolean {
  return name.endsWith('.md')
}

function inDocs(name: string): string {
  return `docs/${name}`
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Without what stands in blocks of code. */
function proseOf(path: string): string {
  return read(path).replaceAll(/^```.*?^```$/gms, '')
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): Set<string> {
  const headings = [...proseOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** The names in code spans of a page. */
function namesOf(path: string): Set<string> {
  const spans = [...proseOf(path).matchAll(/`([^`]+)`/g)].flatMap(([, span = '']) => span.match(/\w+/g) ?? [])
  return new Set(spans)
}

describe.each(pages)('%s', (page) => {
  it('links to what is there', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(target).has(anchor)
    })
    expect(broken).toEqual([])
  })
})

/** Tests that run code of pages. */
const runners = ['integration', 'long', 'package', 'remote'].flatMap((folder) =>
  readdirSync(join(root, 'test', folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => read(`test/${folder}/${name}`))
    .filter((test) => /\b(?:programsOf|recipesOf)\b/.test(test)),
)

it.each(pages.filter((page) => /^```(?:ts|js|mjs|cjs)$/m.test(read(page))))(
  'the code of %s is run by a test',
  (page) => {
    // By its path, or as one of a list of names.
    const names = [`'${page}'`, `'${page.replace(/^docs\/(.*)\.md$/, '$1')}'`]
    expect(runners.some((test) => names.some((name) => test.includes(name)))).toBe(true)
  },
)

describe('docs/bundlers.md', () => {
  const page = 'docs/bundlers.md'
  const recipes = [...recipesOf(page).values()]

  it.each(recipes.filter(({ commands }) => commands.length > 0))('$heading is tried by a test', (recipe) => {
    const names = [`'${recipe.heading}'`, `"${recipe.heading}"`]
    expect(runners.some((test) => names.some((name) => test.includes(name)))).toBe(true)
  })

  it('names the file of each block that is one', () => {
    const blocks = blocksOf(page).filter(({ language }) => !noFiles.includes(language))
    const files = recipes.flatMap((recipe) => [...recipe.files.values()])
    expect(files).toEqual(blocks.map(({ text }) => text))
  })
})

describe('the README', () => {
  it('is read in a minute', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150)
  })

  it('links to every page', () => {
    const readme = read('README.md')
    const missing = pages.slice(1).filter((page) => !readme.includes(`](${page})`))
    expect(missing).toEqual([])
  })
})

it('docs/errors.md has a heading for each code, and for no other', () => {
  const codes = [...read('src/protocol/failure.ts').matchAll(/\| '(PERSIST_\w+)'/g)].map(([, code]) => code)
  const headings = [...proseOf('docs/errors.md').matchAll(/^## `(PERSIST_\w+)`$/gm)].map(([, code]) => code)
  expect(headings.toSorted()).toEqual(codes.toSorted())
})

it('docs/api.md names every export', () => {
  const exported = [...read('src/main/index.ts').matchAll(/\{([^}]*)\}/g)].flatMap(([, names = '']) =>
    names
      .replaceAll(/\btype /g, '')
      .split(',')
      .map((name) => name.trim()),
  )
  const names = namesOf('docs/api.md')
  expect(exported.filter((name) => name !== '' && !names.has(name))).toEqual([])
})

it.each<[string, string]>([
  ['src/main/contract/open-options.ts', 'docs/api.md'],
  ['src/main/contract/startup-options.ts', 'docs/api.md'],
  ['src/main/contract/persist-options.ts', 'docs/api.md'],
  ['src/main/contract/query-options.ts', 'docs/api.md'],
  ['src/main/contract/transaction-options.ts', 'docs/guide.md'],
  ['src/main/contract/write-stream-options.ts', 'docs/guide.md'],
  ['src/main/infer/infer-options.ts', 'docs/guide.md'],
  ['src/main/schema/table-definition.ts', 'docs/api.md'],
  ['src/main/store/storage-options.ts', 'docs/store.md'],
])('the options in %s are all in %s', (file, page) => {
  // Those of callers are given as undefined, too; others are the library's own.
  const options = [...read(file).matchAll(/^ {2}readonly (\w+)\?: .*\| undefined$/gm)].map(
    ([, name = '']) => name,
  )
  const names = namesOf(page)
  expect(options.filter((name) => !names.has(name))).toEqual([])
})
