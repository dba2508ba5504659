import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

const source = fileURLToPath(new URL('../../../examples/demo/page/', import.meta.url))
const compiled = fileURLToPath(new URL('./page/', import.meta.url))
const uPlot = dirname(createRequire(import.meta.url).resolve('uplot'))

const html = 'text/html; charset=utf-8'
const css = 'text/css; charset=utf-8'
const js = 'text/javascript; charset=utf-8'
const svg = 'image/svg+xml'

/** Everything that is served, and nothing else: no path of a request ever becomes the path of a file. */
const files: Readonly<Record<string, readonly [path: string, type: string]>> = {
  '/': [join(source, 'index.html'), html],
  '/page.css': [join(source, 'page.css'), css],
  '/icon.svg': [join(source, 'icon.svg'), svg],
  '/uplot.css': [join(uPlot, 'uPlot.min.css'), css],
  '/uplot.js': [join(uPlot, 'uPlot.iife.min.js'), js],
  ...Object.fromEntries(
    ['main', 'charts', 'elements', 'format', 'live-events', 'ping', 'recent-values', 'run-cards'].map(
      (name) => [`/${name}.js`, [join(compiled, `${name}.js`), js] as const],
    ),
  ),
}

/** Reads the files of the page, by the paths of their URLs. */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const read = Object.entries(files).map(
    async ([url, [path, type]]) => [url, { type, content: await readFile(path) }] as const,
  )
  return new Map(await Promise.all(read))
}
