import { type SqlWord, splitStatements } from '../sql/sql-words.js'

/** What is known by its words of a call that may only read. */
export interface ReadKind {
  /** Nothing of it is executed: each statement is an EXPLAIN without ANALYZE. */
  readonly isPlan: boolean
  /** A statement may turn out to be an INSERT, for it begins with WITH. */
  readonly mayInsert: boolean
  /** DuckDB makes several statements of a PIVOT: a temporary type for the values that it finds, and the query. */
  readonly hasPivot: boolean
  /** The functions that are called by CALL. */
  readonly called: readonly string[]
}

/** What a statement that only reads may begin with. */
const readers: ReadonlySet<string | undefined> = new Set(
  (
    'select from with values table describe desc show summarize ' +
    'pivot pivot_wider pivot_longer unpivot pragma call'
  ).split(' '),
)

/** DuckDB's own functions that do nothing but read or compute. Any others are called when their turn comes. */
const readingFunctions = [
  /^(pragma|duckdb|read|parquet)_\w+$/,
  /^(generate_series|glob|histogram|histogram_values|icu_calendar_names|json_each|json_tree|pg_timezone_names)$/,
  /^(range|repeat|repeat_row|sniff_csv|summary|test_all_types|test_vector_types|unnest|which_secret)$/,
]

/** Undefined where a statement of `sql` is not known only to read, or not as far as its words say. */
export function readKindOf(sql: string): ReadKind | undefined {
  const statements = splitStatements(sql).map(readExplain)
  const isPlan = statements.every((statement) => statement.isPlan)
  const words = statements.map((statement) => statement.words)
  if (!isPlan && !words.every((statement) => readers.has(firstWord(statement)))) return undefined
  const called = words.filter((statement) => firstWord(statement) === 'call').map(calledFunction)
  if (!isPlan && !called.every((name) => readingFunctions.some((pattern) => pattern.test(name)))) {
    return undefined
  }
  return {
    isPlan,
    mayInsert: words.some((statement) => firstWord(statement) === 'with'),
    hasPivot: words.flat().some(({ text }) => text.startsWith('pivot')),
    called: isPlan ? [] : called,
  }
}

/** A statement, or the one that an EXPLAIN is of, and whether it is left at its plan. */
export function readExplain(statement: readonly SqlWord[]): {
  readonly words: readonly SqlWord[]
  readonly isPlan: boolean
} {
  const [first, second, third] = statement
  if (first?.text !== 'explain') return { words: statement, isPlan: false }
  if (second !== undefined && isAnalyze(second)) return { words: statement.slice(2), isPlan: false }
  const end = statement.findIndex(({ text, depth }) => text === ')' && depth === 0)
  if (second?.text !== '(' || end === -1) return { words: statement.slice(1), isPlan: true }
  // EXPLAIN (SELECT 1) has a query in its parentheses.
  const isQuery = third?.text === '(' || readers.has(third?.text)
  const isPlan = !statement.slice(2, end).some(isAnalyze)
  return { words: statement.slice(isQuery ? 1 : end + 1), isPlan }
}

function isAnalyze({ text }: SqlWord): boolean {
  return text === 'analyze' || text === 'analyse'
}

function firstWord(statement: readonly SqlWord[]): string | undefined {
  return statement.find(({ text }) => text !== '(')?.text
}

/** The last part of its name, which may be qualified. */
function calledFunction(statement: readonly SqlWord[]): string {
  return statement.find(({ isCalled }) => isCalled)?.text ?? ''
}
