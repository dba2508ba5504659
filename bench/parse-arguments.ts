import { parseArgs } from 'node:util'
import { Misuse } from './misuse.js'

const usage =
  'npm run bench -- [suite...] [--rows 1000,100000] [--trials 3] [--shape event,key-value] [--quick] [--out folder]'

/** What was asked for; undefined where it is for a suite to say. */
export interface BenchArguments {
  readonly suites: readonly string[]
  readonly sizes: readonly number[] | undefined
  readonly shapes: readonly string[] | undefined
  readonly trials: number
  readonly isQuick: boolean
  /** Where the reports and charts go. */
  readonly folder: string
}

/**
 * Reads the command line.
 *
 * @param known - The suites and shapes there are; all suites run if none is named.
 * @throws Misuse for what is not among them, and for an option that there is not.
 */
export function parseArguments(
  args: readonly string[],
  known: { readonly suites: readonly string[]; readonly shapes: readonly string[] },
): BenchArguments {
  const { values, positionals } = parse(args)
  const suites = positionals.length === 0 ? known.suites : [...new Set(positionals)]
  return {
    suites: checkNames('suites', suites, known.suites),
    sizes: values.rows?.split(',').map((text) => toCount('--rows', text)),
    shapes:
      values.shape === undefined ? undefined : checkNames('--shape', values.shape.split(','), known.shapes),
    trials: toCount('--trials', values.trials ?? (values.quick ? '1' : '3')),
    isQuick: values.quick,
    folder: values.out,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rows: { type: 'string' },
        trials: { type: 'string' },
        shape: { type: 'string' },
        quick: { type: 'boolean', default: false },
        out: { type: 'string', default: 'reports/bench' },
      },
    })
  } catch (cause) {
    throw new Misuse(`${cause instanceof Error ? cause.message : String(cause)}: ${usage}`, { cause })
  }
}

function checkNames(what: string, names: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return names
  throw new Misuse(`Expected ${what} to be among ${known.join(', ')}, got ${JSON.stringify(unknown)}`)
}

function toCount(option: string, text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Misuse(`Expected ${option} to be integers > 0, got ${JSON.stringify(text)}`)
}
