import { type ParseArgsConfig, parseArgs } from 'node:util'
import { shapeNames } from './shapes/index.js'

/** What was asked for cannot be done, and the message says why: no report, not the same suite. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
}

const runUsage =
  'npm run bench -- [suite...] [--rows 1000,100000] [--trials 3] [--shape event,key-value] ' +
  '[--seconds 1] [--only words] [--quick] [--out folder]'
const runOptions = {
  rows: { type: 'string' },
  trials: { type: 'string' },
  shape: { type: 'string' },
  seconds: { type: 'string' },
  only: { type: 'string', default: '' },
  quick: { type: 'boolean', default: false },
  out: { type: 'string', default: 'reports/bench' },
} as const
const compareUsage = 'npm run bench -- compare BEFORE.json AFTER.json [--limit 10] [--all]'
const compareOptions = {
  limit: { type: 'string', default: '10' },
  all: { type: 'boolean', default: false },
} as const

/**
 * What to measure; sizes and shapes are undefined where it is for a suite to say.
 *
 * @param usualSuites - Those that run if none is named.
 * @throws Misuse for a suite or shape that is not known, and for an option that there is not.
 */
export function parseRunArguments(
  args: readonly string[],
  knownSuites: readonly string[],
  usualSuites: readonly string[] = knownSuites,
) {
  const { values, positionals } = parse(args, runOptions, runUsage)
  const { rows, trials, shape, seconds, only, quick, out } = values
  return {
    suites: positionals.length === 0 ? usualSuites : checkNames('suites', positionals, knownSuites),
    sizes: rows?.split(',').map((text) => toCount('--rows', text)),
    shapes: shape === undefined ? undefined : checkNames('--shape', shape.split(','), shapeNames),
    trials: toCount('--trials', trials ?? (quick ? '1' : '3')),
    seconds: seconds === undefined ? undefined : toSeconds(seconds),
    only,
    isQuick: quick,
    /** Where the reports and charts go. */
    folder: out,
  }
}

/** @param args - What follows `compare` on the command line. */
export function parseCompareArguments(args: readonly string[]) {
  const { values, positionals } = parse(args, compareOptions, compareUsage)
  const [before, after, ...others] = positionals
  if (before === undefined || after === undefined || others.length > 0) {
    throw new Misuse(`Expected two reports, got ${positionals.length}: ${compareUsage}`)
  }
  const limitPercent = toNumber(values.limit)
  if (!(limitPercent >= 0)) throw new Misuse(`Expected --limit to be a number >= 0, got ${values.limit}`)
  return {
    before,
    after,
    /** How much slower duckpaddle may be. */
    limitPercent,
    /** Figures within the noise are printed as well. */
    isAll: values.all,
  }
}

function parse<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (cause) {
    throw new Misuse(`${cause instanceof Error ? cause.message : String(cause)}: ${usage}`, { cause })
  }
}

function checkNames(what: string, names: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return [...new Set(names)]
  throw new Misuse(`Expected ${what} to be among ${known.join(', ')}, got ${JSON.stringify(unknown)}`)
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function toSeconds(text: string): number {
  const seconds = toNumber(text)
  if (seconds > 0 && seconds < Infinity) return seconds
  throw new Misuse(`Expected --seconds to be a number > 0, got ${JSON.stringify(text)}`)
}

function toCount(option: string, text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Misuse(`Expected ${option} to be integers > 0, got ${JSON.stringify(text)}`)
}
