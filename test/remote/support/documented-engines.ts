import { readFileSync } from 'node:fs'

/** Of each engine, by the heading of a column, what `docs/scaling.md` says. */
export type DocumentedEngines = ReadonlyMap<string, Readonly<Record<string, string>>>

/** The tables of `docs/scaling.md` about what each engine can do, joined by the engines' names. */
export function readDocumentedEngines(): DocumentedEngines {
  const text = readFileSync(new URL('../../../docs/scaling.md', import.meta.url), 'utf8')
  const section = text.split(/^## /m).find((part) => part.startsWith('What each can do')) ?? ''
  const engines = new Map<string, Record<string, string>>()
  for (const table of section.split(/\n(?!\|)/).filter((part) => part.includes('\n|'))) {
    const [header = [], , ...rows] = table
      .split('\n')
      .flatMap((line) => (line.startsWith('|') ? [cellsOf(line)] : []))
    for (const [name = '', ...cells] of rows) {
      const entries = cells.map((cell, index) => [header[index + 1] ?? '', cell] as const)
      engines.set(name, { ...engines.get(name), ...Object.fromEntries(entries) })
    }
  }
  return engines
}

/** Whether an engine has something, or a type. */
export function isDocumented(engine: Readonly<Record<string, string>>, feature: string): boolean {
  const [, type] = /^type (.*)/.exec(feature) ?? []
  if (type === undefined) return engine[feature] === 'yes'
  const [, all] = /^all but (.*)/.exec(engine.types ?? '') ?? []
  return all === undefined ? !listOf(engine.types).includes(type) : listOf(all).includes(type)
}

function listOf(names = ''): string[] {
  return names.split(/, | and /)
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}
