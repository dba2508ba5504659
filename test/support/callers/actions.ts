import fc from 'fast-check'
import type { Conflict } from '../conflict-model.js'
import { type CallersTable, callersTables, type TableName } from './tables.js'

/** What is wrong with a row. */
interface Fault {
  readonly kind: 'type' | 'range' | 'null' | 'getter' | 'unknown' | 'scalar'
  readonly column: string
}

export interface GivenRowOf {
  readonly values: Readonly<Record<string, number | string | null>>
  /** Columns that this row does not carry. */
  readonly lacks?: readonly string[]
  readonly fault?: Fault
}

/** A function for `onRowError`: what it does about the rows that it is meant for; it skips the others. */
export interface Decision {
  readonly does: 'abort' | 'throw'
  readonly codes: readonly string[]
  /** The rows from this one on. */
  readonly from: number
}

export interface PersistAction {
  readonly do: 'persist'
  readonly table: TableName
  readonly rows: readonly GivenRowOf[]
  /** How often the rows are given: many times for a call that takes long. */
  readonly times: number
  /** Columns that no row carries. */
  readonly dropped: readonly string[]
  readonly onConflict: Conflict
  readonly onRowError: 'abort' | 'skip' | Decision
  readonly maxRejections: number | undefined
  readonly source:
    | 'array'
    | 'generator'
    | 'async'
    | 'paused'
    | 'readable'
    | 'stream'
    | 'atomic stream'
    | { readonly failsAt: number }
  /** A signal that is aborted already, or one that several calls share. */
  readonly signal: 'aborted' | 0 | 1 | undefined
  /** Whether it is the call of a transaction, and what becomes of that. */
  readonly transaction: 'none' | 'committed' | 'rolled back'
}

/** SQL that changes a row by its `id`. */
export interface ChangeAction {
  readonly do: 'insert' | 'delete' | 'update'
  readonly table: TableName
  readonly id: number | string | null
}

/** DDL on a table of its own. */
export interface DefineAction {
  readonly do: 'create' | 'drop' | 'alter'
}

export type Action =
  | PersistAction
  | ChangeAction
  | DefineAction
  | { readonly do: 'query'; readonly table: TableName }
  | { readonly do: 'abort'; readonly signal: 0 | 1 }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'await'; readonly call: number }
  /** `table()` of the table that is defined anew, `persist()` to it, `checkpoint()`, and `run()` of what fails. */
  | { readonly do: 'open' | 'append' | 'checkpoint' | 'fail' }

export interface Scenario {
  /** Bursts of calls, each without awaiting any but those it says. */
  readonly bursts: readonly {
    readonly actions: readonly Action[]
    readonly endsBy: 'awaiting all' | 'a turn'
  }[]
  /** Whether the service is closed while calls are under way. */
  readonly closesEarly: boolean
}

const codes = ['type', 'not-null', 'check', 'foreign-key', 'duplicate-key', 'unique', 'serialize']

function rowOf({ values, isByRounds }: CallersTable): fc.Arbitrary<GivenRowOf> {
  const columns = Object.keys(values)
  const lacks =
    isByRounds === true ? fc.constant([]) : fc.subarray(columns.filter((column) => column !== 'id'))
  const fault = fc.record({
    kind: fc.constantFrom<Fault['kind']>('type', 'range', 'null', 'null', 'getter', 'unknown', 'scalar'),
    column: fc.constantFrom(...columns),
  })
  const row = fc.record({ ...values }) as fc.Arbitrary<GivenRowOf['values']>
  return fc.oneof(
    { weight: 40, arbitrary: fc.record({ values: row }) },
    { weight: 3, arbitrary: fc.record({ values: row, lacks }) },
    { weight: 2, arbitrary: fc.record({ values: row, fault }) },
  )
}

const onRowErrors: fc.Arbitrary<PersistAction['onRowError']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('skip' as const) },
  { weight: 3, arbitrary: fc.constant('abort' as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('abort' as const, 'abort' as const, 'throw' as const),
      codes: fc.subarray(codes),
      from: fc.integer({ min: 0, max: 6 }),
    }),
  },
)

const sourcesOf = (hasKey: boolean): fc.Arbitrary<PersistAction['source']> =>
  fc.oneof(
    { weight: 10, arbitrary: fc.constant('array' as const) },
    // Its place among calls on a table with a key is that of its commit.
    ...(hasKey
      ? []
      : [{ weight: 3, arbitrary: fc.constantFrom('stream' as const, 'atomic stream' as const) }]),
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        'generator' as const,
        'async' as const,
        'paused' as const,
        'readable' as const,
      ),
    },
    { weight: 1, arbitrary: fc.record({ failsAt: fc.integer({ min: 0, max: 4 }) }) },
  )

function persistTo(name: TableName): fc.Arbitrary<PersistAction> {
  const table = callersTables[name]
  const { columns, key } = table.model(() => [])
  const hasKey = key !== undefined
  // What was written by which call is read from the rows of a table without a key.
  const mayLack = columns.map((column) => column.name).filter((column) => hasKey || column !== 'call')
  const optional = columns.filter((column) => column.notNull !== true).map((column) => column.name)
  return fc.record({
    do: fc.constant('persist' as const),
    table: fc.constant(name),
    rows: fc.oneof(
      { weight: 6, arbitrary: fc.array(rowOf(table), { minLength: 1, maxLength: 3, size: 'max' }) },
      { weight: 2, arbitrary: fc.array(rowOf(table), { maxLength: 12, size: 'max' }) },
    ),
    times: hasKey ? fc.constant(1) : fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, fc.constant(700)),
    dropped: fc.oneof(
      { weight: 10, arbitrary: fc.constant([]) },
      { weight: 5, arbitrary: fc.subarray(mayLack.filter((column) => optional.includes(column))) },
      { weight: 1, arbitrary: fc.subarray(mayLack) },
    ),
    onConflict: fc.constantFrom<Conflict>(
      ...(hasKey ? (['ignore', 'update', 'update'] as const) : []),
      'error',
    ),
    onRowError: onRowErrors,
    maxRejections: fc.constantFrom(undefined, undefined, 1000, 2, 1, 0),
    source: sourcesOf(hasKey),
    signal: fc.oneof(
      { weight: 20, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constant('aborted' as const) },
      { weight: 4, arbitrary: fc.constantFrom(0 as const, 1 as const) },
    ),
    transaction: fc.oneof(
      { weight: 8, arbitrary: fc.constant('none' as const) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('committed' as const, 'committed' as const, 'rolled back' as const),
      },
    ),
  })
}

function hasKeyOf(name: TableName): boolean {
  return callersTables[name].model(() => []).key !== undefined
}

function changeOf(name: TableName): fc.Arbitrary<Action> {
  const { values } = callersTables[name]
  return fc.record({
    // Rows without a key are not told apart.
    do: fc.constantFrom<ChangeAction['do']>(
      'insert',
      ...(hasKeyOf(name) ? (['delete', 'delete', 'update'] as const) : []),
    ),
    table: fc.constant(name),
    id: values.id ?? fc.constant(null),
  })
}

function actionOn(tables: readonly TableName[]): fc.Arbitrary<Action> {
  const changed = tables.filter((name) => callersTables[name].isChangedBySql)
  return fc.oneof(
    { weight: 60, arbitrary: fc.oneof(...tables.map(persistTo)) },
    ...(changed.length > 0 ? [{ weight: 6, arbitrary: fc.oneof(...changed.map(changeOf)) }] : []),
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('query' as const), table: fc.constantFrom(...tables) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('await' as const), call: fc.nat({ max: 200 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('abort' as const),
        signal: fc.constantFrom(0 as const, 1 as const),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom(
          ...(['create', 'create', 'drop', 'alter', 'open', 'open', 'checkpoint', 'fail'] as const),
          ...Array.from({ length: 5 }, () => 'append' as const),
        ),
      }),
    },
  )
}

/** Random calls on these tables. */
export function scenarioOn(tables: readonly TableName[]): fc.Arbitrary<Scenario> {
  const action = actionOn(tables)
  const burst = fc.record({
    actions: fc.oneof(
      { weight: 1, arbitrary: fc.array(action, { minLength: 1, maxLength: 5, size: 'max' }) },
      { weight: 2, arbitrary: fc.array(action, { minLength: 2, maxLength: 40, size: 'max' }) },
    ),
    endsBy: fc.constantFrom('awaiting all' as const, 'a turn' as const),
  })
  return fc.record({
    bursts: fc.array(burst, { minLength: 3, maxLength: 7, size: 'max' }),
    closesEarly: fc.boolean(),
  })
}
