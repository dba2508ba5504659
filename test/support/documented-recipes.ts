import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { succeed } from '../package/support/run.js'
import { blocksOf } from './documented-programs.js'

/** A section of a document that says what files to write, and what to run. */
export interface Recipe {
  readonly heading: string
  /** By their names: a block belongs to the file that the line before it ends with, as in "`build.js`:". */
  readonly files: ReadonlyMap<string, string>
  /** The lines of its `sh` blocks. */
  readonly commands: readonly string[]
}

/** Languages of blocks that are commands and output, whatever the line before them ends with. */
export const noFiles: readonly string[] = ['', 'sh', 'text']

/** The sections of a document, by their headings. */
export function recipesOf(document: string): ReadonlyMap<string, Recipe> {
  const blocks = blocksOf(document)
  const headings = new Set(blocks.map(({ heading }) => heading))
  return new Map(
    [...headings].map((heading) => {
      const own = blocks.filter((block) => block.heading === heading)
      const files = own.flatMap(({ language, text, textBefore }) => {
        const name = /`([^`]+)`:\s*$/.exec(textBefore)?.[1]
        return name === undefined || noFiles.includes(language) ? [] : ([[name, text]] as const)
      })
      const commands = own.flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
      return [heading, { heading, files: new Map(files), commands }]
    }),
  )
}

export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

/**
 * Runs the commands as a shell would, with `npx` finding the tools that are there.
 *
 * @returns What the last one has printed.
 */
export async function runCommands(
  commands: readonly string[],
  folder: string,
  tools: string,
): Promise<string> {
  const path = `export PATH=${join(tools, 'node_modules', '.bin')}:${dirname(process.execPath)}:$PATH`
  let printed = ''
  for (const command of commands) {
    const script = `${path}\n${command.replace(/\bnpx /, '')}`
    printed = await succeed('sh', ['-ec', script], folder)
  }
  return printed
}
