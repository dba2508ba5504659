import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import { quoteName, toVisible } from '../protocol/visible-text.js'
import { WorkerFailure } from './failure.js'
import { explained } from './sql/explained.js'
import { isAboutSecret } from './sql/secret-statement.js'
import { splitStatements } from './sql/sql-words.js'

const allowedTypes: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.EXPLAIN,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.DROP,
  StatementType.ALTER,
  StatementType.TRANSACTION,
  StatementType.ANALYZE,
  StatementType.VACUUM,
])

/** What a statement may begin with. DuckDB says of an EXPLAIN only that it is one. */
const allowedStatements: ReadonlySet<string> = new Set(
  (
    '( select with from values table pivot unpivot insert update delete truncate merge create drop alter comment ' +
    'begin start commit end rollback abort analyze vacuum describe desc show summarize'
  ).split(' '),
)

/** Pragmas that are questions about the database. All others change settings, or reach out. */
const allowedPragmas: ReadonlySet<string> = new Set(
  (
    'collations database_list database_size functions metadata_info platform show show_databases show_tables ' +
    'show_tables_expanded storage_info table_info user_agent version'
  ).split(' '),
)

/** Functions that return tables, and reach nothing but the database and DuckDB itself. Any others are refused. */
const allowedFunctions = [
  /^(generate_series|icu_calendar_names|json_each|json_tree|pg_timezone_names|range|repeat|repeat_row|summary)$/,
  /^(test_all_types|test_vector_types|unnest)$/,
  /^pragma_/,
  /^duckdb_(?!secrets$)/,
]

/**
 * Keeps SQL to the database itself. The settings that `resolveSandbox` adds keep it from files, the network and other
 * settings; but DuckDB must be able to reach its own files, and then lets SQL read them, write them by COPY, and log to
 * any place. So statements, and functions that return tables, are held against lists of what is harmless.
 */
export class Sandbox {
  /** Functions that read files or act on the instance, in lower case. */
  readonly #functions: ReadonlySet<string>
  /** Views and macros of the database that use one of them. */
  readonly #tainted: ReadonlySet<string>

  private constructor(functions: ReadonlySet<string>, tainted: ReadonlySet<string>) {
    this.#functions = functions
    this.#tainted = tainted
  }

  /** @param connection - Of the instance, with all its extensions loaded. */
  static async create(connection: DuckDBConnection): Promise<Sandbox> {
    const names = await readTexts(
      connection,
      "SELECT DISTINCT function_name, '' FROM duckdb_functions() WHERE function_type = 'table'",
    )
    const functions = names.map(([name]) => name.toLowerCase())
    const refused = new Set(
      functions.filter((name) => !allowedFunctions.some((pattern) => pattern.test(name))),
    )
    const definitions = await readTexts(
      connection,
      `SELECT view_name, sql FROM duckdb_views() WHERE NOT internal UNION ALL
       SELECT function_name, macro_definition FROM duckdb_functions()
       WHERE function_type IN ('macro', 'table_macro') AND NOT internal`,
    )
    return new Sandbox(refused, findTainted(definitions, refused))
  }

  /** Refuses SQL that could reach out of the database, before any of it runs. */
  check(sql: string): void {
    for (const statement of splitStatements(sql)) {
      const [first, second] = explained(statement)
      const isQuestion = first?.text === 'pragma' && allowedPragmas.has(second?.text ?? '')
      if (first !== undefined && !isQuestion && !allowedStatements.has(first.text)) {
        refuse(toVisible(first.text.toUpperCase(), 60))
      }
      if (statement[0]?.text === 'prepare') refuse('PREPARE')
      if (isAboutSecret(statement)) refuse('secrets')
      const { text } = statement.find((word) => isUsed(word, this.#functions, this.#tainted)) ?? {}
      if (text !== undefined) refuse(quoteName(text))
    }
  }

  /** Refuses a statement by what DuckDB takes it for. */
  checkType(type: StatementType): void {
    if (!allowedTypes.has(type)) refuse(StatementType[type] ?? String(type))
  }
}

function isUsed(
  { text, isCalled }: { readonly text: string; readonly isCalled: boolean },
  functions: ReadonlySet<string>,
  tainted: ReadonlySet<string>,
): boolean {
  return (isCalled && functions.has(text)) || tainted.has(text)
}

/** Views and macros that use one of the functions, or one another that does. */
function findTainted(
  definitions: readonly (readonly [name: string, sql: string])[],
  functions: ReadonlySet<string>,
): Set<string> {
  const tainted = new Set<string>()
  const read = definitions.map(([name, sql]) => [name.toLowerCase(), splitStatements(sql).flat()] as const)
  let found = -1
  while (found < tainted.size) {
    found = tainted.size
    for (const [name, words] of read) {
      if (words.some((word) => isUsed(word, functions, tainted))) tainted.add(name)
    }
  }
  return tainted
}

async function readTexts(connection: DuckDBConnection, sql: string): Promise<(readonly [string, string])[]> {
  const rows = await (await connection.run(sql)).getRows()
  return rows.map(([name, text]) => [String(name), String(text)])
}

function refuse(what: string): never {
  throw new WorkerFailure({
    code: 'PERSIST_QUERY_FAILED',
    message: `The database is open with \`sandbox\`, which refuses ${what}`,
  })
}
