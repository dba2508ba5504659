import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program of a document: one of its blocks of code, and those that go on with it. */
export interface DocumentedProgram {
  /** Such as `README.md, line 6`. */
  readonly title: string
  readonly language: string
  /** Runs anywhere; in TypeScript, imports `check` from `./check.mjs` where a comment says what a value is. */
  readonly text: string
  /** What the document shows as the output. */
  readonly output: string | undefined
}

export interface Block {
  readonly title: string
  /** Of the section, as it is written after the `##`. */
  readonly heading: string
  readonly language: string
  readonly text: string
  /** What stands between it and the block before. */
  readonly textBefore: string
}

const programLanguages = ['ts', 'js', 'cjs', 'mjs']
const closing = /^await db\.close\(\)\n/m
const beginning = /^import |require\(/m

/** What `check.mjs` is: holds a value against what a comment says, but for its `{...}`. */
export const checkModule = `import { deepStrictEqual } from 'node:assert/strict'
export const anything = Symbol('anything')
const mask = (actual, expected) => {
  if (expected === anything) return anything
  if (typeof expected !== 'object' || expected === null || typeof actual !== 'object') return actual
  if (Array.isArray(actual)) return actual.map((value, index) => mask(value, expected[index]))
  return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, mask(value, expected[name])]))
}
export const check = (actual, expected) => deepStrictEqual(mask(actual, expected), expected)
`
export const checkDeclarations = `export declare const anything: unknown
export declare function check(actual: unknown, expected: unknown): void
`

function readDocument(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8')
}

/** All the code of a document. A block that imports nothing goes on with the one before. */
export function programsOf(name: string): DocumentedProgram[] {
  const programs: DocumentedProgram[] = []
  for (const { title, language, text, textBefore } of blocksOf(name)) {
    const last = programs.at(-1)
    if (language === '' && last !== undefined && textBefore.trim() === '') {
      programs[programs.length - 1] = { ...last, output: text }
    } else if (programLanguages.includes(language)) {
      const checked = language === 'ts' ? checkComments(text) : text
      const whole = beginning.test(text) ? checked : goOnWith(programs, checked)
      programs.push({ title, language, text: importCheck(whole), output: undefined })
    }
  }
  return programs
}

/** The shell commands of a document, by block. */
export function commandsOf(name: string): string[] {
  return blocksOf(name).flatMap(({ language, text }) => (language === 'sh' ? [text] : []))
}

/** All blocks of code of a document, in their order. */
export function blocksOf(name: string): Block[] {
  const document = readDocument(name)
  let end = 0
  let heading = ''
  return [...document.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => {
    const textBefore = document.slice(end, match.index)
    end = match.index + match[0].length
    heading = [...textBefore.matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? heading
    const line = document.slice(0, match.index).split('\n').length
    const [, language = '', text = ''] = match
    return { title: `${name}, line ${line}`, heading, language, text, textBefore }
  })
}

/** In a document without a program so far, what it goes on with is an import. */
function goOnWith(programs: readonly DocumentedProgram[], text: string): string {
  const first = programs.find((program) => program.language === 'ts')?.text
  if (first === undefined) return `import { open } from 'duckpaddle'\n${text}\nawait db.close()\n`
  return `${first.replace(closing, '')}\n{\n${text}\n}\nawait db.close()\n`
}

/** Makes `// receipt.rows = 3, receipt.rejected = 0` a check of them. */
function checkComments(text: string): string {
  return text.replace(/^(?:\/\/ .*\n)+/gm, (comment) => {
    const lines = comment.replace(/^\/\/ ?/gm, '')
    // Each assertion begins at a name with a property, at the start of a line or after a comma.
    const parts = lines.split(/(?:^|,\s+)(?=\w+(?:\.\w+|\[\d+\])+ = )/m).filter((part) => part.trim() !== '')
    return parts.map(toCheck).join('')
  })
}

function importCheck(text: string): string {
  return /^check\(/m.test(text) ? `import { anything, check } from './check.mjs'\n${text}` : text
}

function toCheck(assertion: string): string {
  const [, actual, expected] = /^(\w+(?:\.\w+|\[\d+\])+) = (.*)$/s.exec(assertion) ?? []
  if (actual === undefined || expected === undefined) return `// ${assertion.replaceAll('\n', ' ')}\n`
  return `check(${actual}, ${expected.trim().replaceAll('{...}', 'anything')})\n`
}
