import { type ColumnDefinitions, inferColumns, PersistenceError } from 'duckpaddle'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { generatedCases } from '../support/generated-cases.js'
import { type Row, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

/** Infers columns, persists the rows to a table of them, and reads them back in their order. */
async function roundTrip(rows: readonly Row[], options = {}) {
  const columns = await inferColumns(rows, options)
  const table = await tables.create(undefined, { columns })
  const receipt = await table.persist(rows, options)
  expect(receipt).toMatchObject({ rows: rows.length, inserted: rows.length, rejected: 0 })
  const read = await tables.db.query<Row>(`SELECT * FROM ${table.name} ORDER BY rowid`)
  return { columns, read }
}

const of = (...values: readonly unknown[]) => inferColumns(values.map((v) => ({ v })))

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
}

describe('inferColumns', () => {
  it.each<[string, readonly unknown[]]>([
    ['INTEGER', [1, -5, 2 ** 31 - 1, -(2 ** 31), -0]],
    ['BIGINT', [1, 2 ** 31]],
    ['BIGINT', [1, 2n]],
    ['BIGINT', [2 ** 53 - 1, -(2n ** 63n)]],
    ['HUGEINT', [1, 2n ** 63n]],
    ['HUGEINT', [-(2n ** 127n)]],
    ['UHUGEINT', [0, 2n ** 127n]],
    ['DOUBLE', [1, 0.5]],
    ['DOUBLE', [1, Number.NaN, Number.NEGATIVE_INFINITY]],
    ['DOUBLE', [2 ** 53]],
    ['DOUBLE', [0.5, 2n ** 70n]],
    ['BOOLEAN', [true, null, false]],
    ['VARCHAR', ['a', '']],
    ['VARCHAR', ['2024-05-31', '2024-05-31T12:00:00Z', '12']],
    ['TIMESTAMP', [new Date(0), new Date(8.64e15)]],
    ['BLOB', [new Uint8Array(2), Buffer.from('x')]],
    ['JSON', [{ a: 1 }, [1], new Point(1)]],
    ['JSON', [1, 'a']],
    ['JSON', [true, 1.5, new Date(0), 'x', {}]],
    ['JSON', [null, undefined]],
    ['JSON', [new URL('http://localhost')]],
    ['INTEGER[]', [[1, null], [], null, [2]]],
    ['DOUBLE[]', [[1], [0.5]]],
    ['BIGINT[]', [[1n]]],
    ['DOUBLE[]', [[Number.NaN]]],
    ['VARCHAR[][]', [[['a'], [], null]]],
    ['TIMESTAMP[]', [[new Date(0)]]],
    ['FLOAT[]', [Float32Array.of(1), Float32Array.of(0.5, 2)]],
    ['UTINYINT[][]', [[Uint8ClampedArray.of(1)]]],
    ['DOUBLE[]', [Float32Array.of(1), [0.25]]],
    ['JSON', [[], []]],
    ['JSON', [[null]]],
    ['JSON', [[1, 'a']]],
    ['JSON', [[1], { a: 1 }]],
    [
      'STRUCT("a" INTEGER, "b c" VARCHAR)',
      [
        { a: 1, 'b c': null },
        { 'b c': 'x', a: 2 },
      ],
    ],
    ['STRUCT("a" STRUCT("b" DOUBLE[]))', [{ a: { b: [0.5] } }, { a: null }]],
    ['STRUCT("a" INTEGER)[]', [[{ a: 1 }, null], [{ a: 2 }]]],
    [
      'STRUCT("a" INTEGER, "b" JSON)',
      [
        { a: 1, b: 1 },
        { a: 1, b: 'x' },
      ],
    ],
    ['STRUCT("a" BIGINT)', [{ a: 1n }]],
    ['JSON', [{ a: 1 }, { a: 1, b: 2 }]],
    ['JSON', [{ a: 1 }, { b: 1 }]],
    ['JSON', [{ a: 1, A: 2 }]],
    ['JSON', [{ '': 1 }]],
    ['JSON', [{}]],
    ['JSON', [{ a: null }]],
    ['JSON', [{ a: 1, toJSON: () => ({ b: 1 }) }]],
  ])('infers %s, of %o', async (type, values) => {
    expect(await of(null, ...values, undefined)).toEqual({ v: type })
    await roundTrip(values.map((v) => ({ v })))
  })

  it('makes a column of each property that some row has, in their order', async () => {
    const named: Row = Object.fromEntries<unknown>([
      ['é', true],
      ['toString', 1],
      ['constructor', 2],
    ])
    const rows: Row[] = [{ b: 1, a: undefined }, { c: 'x', b: null }, named]
    const { columns, read } = await roundTrip(rows)
    expect(Object.entries(columns)).toEqual([
      ['b', 'INTEGER'],
      ['c', 'VARCHAR'],
      ['é', 'BOOLEAN'],
      ['toString', 'INTEGER'],
      ['constructor', 'INTEGER'],
    ])
    expect(read[2]).toEqual({ b: null, c: null, é: true, toString: 1, constructor: 2 })
  })

  it('makes a column of a property that is called __proto__', async () => {
    const columns = await inferColumns([JSON.parse('{"__proto__": 1, "a": "x"}')])
    expect(Object.entries(columns)).toEqual([
      ['__proto__', 'INTEGER'],
      ['a', 'VARCHAR'],
    ])
  })

  it('looks at what rows of classes inherit where another row has a column of the name', async () => {
    class Order {
      readonly id: number = 1
      get total(): string {
        return 'by a getter'
      }
      get broken(): string {
        throw new Error('thrown on purpose')
      }
      status(): string {
        return 'a method'
      }
    }
    expect(await inferColumns([new Order()])).toEqual({ id: 'INTEGER' })
    const { columns, read } = await roundTrip([new Order() as never, { total: 5, status: 'x' }])
    expect(columns).toEqual({ id: 'INTEGER', total: 'JSON', status: 'VARCHAR' })
    expect(read).toEqual([
      { id: 1, total: 'by a getter', status: null },
      { id: null, total: 5, status: 'x' },
    ])
    await expect(inferColumns([new Order(), { broken: 1 }])).rejects.toThrow('thrown on purpose')
  })

  it('infers columns that take all of the rows', async () => {
    const anyBigint = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })
    const date = fc.date({ noInvalidDate: true })
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)))
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    const ofColumns: readonly fc.Arbitrary<unknown>[] = [
      fc.oneof(fc.integer(), fc.maxSafeInteger()),
      fc.oneof(fc.maxSafeInteger(), anyBigint),
      fc.oneof(fc.integer(), fc.double()),
      fc.oneof(fc.double(), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })),
      fc.boolean(),
      text,
      date,
      fc.uint8Array({ maxLength: 20 }),
      json,
      fc.oneof(text, fc.integer(), finite, fc.boolean(), json, date),
    ]
    const column = fc.constantFrom(...ofColumns)
    const cell = (values: fc.Arbitrary<unknown>) =>
      fc.option(fc.option(values, { nil: null }), { nil: undefined })
    const rowsOf = fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c c', 'ü', '"', 'length', 'valueOf'), column), {
        selector: ([name]) => name,
        minLength: 1,
      })
      .chain((columns) =>
        fc.array(
          fc.record(Object.fromEntries(columns.map(([name, values]) => [name, cell(values)])), {
            requiredKeys: [],
          }),
          { minLength: 1, maxLength: 30 },
        ),
      )
      .filter((rows) => rows.some((row) => Object.values(row).some((value) => value !== undefined)))
    await fc.assert(
      fc.asyncProperty(rowsOf, async (rows) => {
        const { columns, read } = await roundTrip(rows)
        for (const [index, row] of rows.entries()) {
          for (const [name, type] of Object.entries(columns)) {
            const given = Object.hasOwn(row, name) ? row[name] : undefined
            expectSame(normalize(read[index]?.[name], type), normalize(given, type))
          }
        }
      }),
      generatedCases(30),
    )
  })
})

/** What a value is read back as: integers by their type, what JSON makes of Dates and of -0. */
function normalize(value: unknown, type: string): unknown {
  if (value === undefined || value === null) return null
  if (/\]$|^STRUCT/.test(type)) return normalizeInside(value)
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (type === 'DOUBLE') return Number(value)
    return Number.isInteger(Number(value)) && type !== 'JSON' ? BigInt(value) : Number(value) + 0
  }
  if (value instanceof Uint8Array) return [...value]
  return type === 'JSON' ? JSON.parse(JSON.stringify(value)) : value
}

/** Values of a nested type, whatever the types inside of it. */
function normalizeInside(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(normalizeInside)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalizeInside(item)]))
}

describe('inferColumns rejects with a TypeError', () => {
  it.each<[string, readonly unknown[], RegExp]>([
    ['no rows', [], /at least one row/],
    ['rows without properties', [{}, { a: undefined }], /at least one property with a value/],
    ['what is no row', [{ a: 1 }, null], /row 1 to be an object with properties, got null/],
    ['an array in the place of a row', [[1]], /row 0 to be an object/],
    ['a Map in the place of a row', [new Map()], /row 0 to be an object with properties, got Map/],
    ['an empty name', [{ '': 1 }], /the name of a property/],
    ['a name with a NUL', [{ 'a\0': 1 }], /the name of a property/],
    ['names that differ in case only', [{ id: 1 }, { ID: 1 }], /not only in case, got `id` and `ID`/],
    ['a Map', [{ a: 1 }, { a: new Map() }], /`a` has what no column takes, in row 1: Map \(object\)$/],
    ['a function', [{ a: () => 1 }], /`a` has what no column takes, in row 0: function/],
    ['a symbol', [{ a: Symbol('x') }], /no column takes/],
    ['an invalid Date', [{ a: new Date(Number.NaN) }], /an invalid Date/],
    ['a lone surrogate', [{ a: '\ud800' }], /a lone surrogate/],
    ['what JSON has no place for', [{ a: { b: [1n, 'x'] } }], /at `.b\[0\]`/],
    ['the same, where objects do not agree', [{ a: { b: 1n } }, { a: { c: 1 } }], /in row 0.*at `.b`/],
    ['a hole', [{ a: new Array(1) }], /at `\[0\]`/],
    ['a Map inside', [{ a: [new Map()] }], /at `\[0\]`/],
    ['what JSON makes null of', [{ a: { toJSON: () => null } }], /JSON makes null of/],
    ['a bigint and a string', [{ a: 'x' }, { a: 1n }], /together: string in row 0, number in row 1/],
    ['NaN and a string', [{ a: Number.NaN }, { a: 'x' }], /together/],
    ['bytes and a string', [{ a: new Uint8Array(1) }, { a: 'x' }], /together/],
    ['a fraction and a bigint that no DOUBLE holds', [{ a: 0.5 }, { a: 2n ** 53n + 1n }], /together: 0.5/],
    ['a bigint of more than 128 bits', [{ a: 2n ** 128n }], /128 bits/],
    ['text in the place of rows', 'id,name' as never, /this is text/],
  ])('for %s', async (_, rows, message) => {
    const error: unknown = await inferColumns(rows as never).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toMatch(message)
  })

  it.each([[{ sample: 0 }], [{ sample: '5' }], [{ samples: 5 }], [{ signal: 1 }], [{ parse: 1 }], [null]])(
    'or a RangeError, for the options %j',
    async (options) => {
      const error: unknown = await inferColumns([{ a: 1 }], options as never).catch(
        (reason: unknown) => reason,
      )
      expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
    },
  )
})

describe('the rows of inferColumns', () => {
  const rows = [{ a: 1 }, { a: 'x' }]
  async function* asynchronous() {
    yield* rows
  }

  it('may come from any source', async () => {
    const readable = new ReadableStream({
      start(controller) {
        for (const row of rows) controller.enqueue(row)
        controller.close()
      },
    })
    for (const source of [rows, rows.values(), new Set(rows), asynchronous(), readable]) {
      expect(await inferColumns(source)).toEqual({ a: 'JSON' })
    }
  })

  it('are looked at as far as the sample goes, and their source is released', async () => {
    let isReleased = 0
    function* endless() {
      try {
        for (;;) yield { a: 1 }
      } finally {
        isReleased++
      }
    }
    async function* endlessAsync() {
      yield* endless()
    }
    expect(await inferColumns(endless(), { sample: 10 })).toEqual({ a: 'INTEGER' })
    expect(await inferColumns(endlessAsync(), { sample: 10 })).toEqual({ a: 'INTEGER' })
    expect(isReleased).toBe(2)
    expect(await inferColumns(rows, { sample: 1 })).toEqual({ a: 'INTEGER' })
    expect(await inferColumns(rows, { sample: 9 })).toEqual({ a: 'JSON' })
  })

  it('may fail, which rejects the call with what was thrown', async () => {
    async function* failing() {
      yield { a: 1 }
      throw new Error('thrown on purpose')
    }
    await expect(inferColumns(failing())).rejects.toThrow('thrown on purpose')
  })

  it('are looked at no longer than until the signal aborts', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    let given = 0
    async function* endless() {
      for (;;) {
        if (++given === 1000) controller.abort(reason)
        yield { a: given }
      }
    }
    const error: unknown = await inferColumns(endless(), { signal: controller.signal }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(PersistenceError)
    expect(error).toMatchObject({ code: 'PERSIST_ABORTED', cause: reason })
    const aborted = AbortSignal.abort()
    await expect(inferColumns(rows, { signal: aborted })).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
  })

  it.each(['an array', 'an async generator'])('leave the event loop its turns, of %s', async (kind) => {
    const many = Array.from({ length: 300_000 }, (_, id) => ({ id, text: 'x', more: { id } }))
    async function* oneByOne() {
      yield* many
    }
    let turns = 0
    let isOver = false
    const count = () => {
      turns++
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    await inferColumns(kind === 'an array' ? many : oneByOne())
    isOver = true
    expect(turns).toBeGreaterThan(5)
  })
})

describe('inferColumns with parse', () => {
  const parsed = async (...texts: readonly (string | null)[]): Promise<unknown> => {
    const { columns } = await roundTrip(
      texts.map((v) => ({ i: 0, v })),
      { parse: true },
    )
    return (columns as ColumnDefinitions).v
  }

  it.each<[string, readonly (string | null)[]]>([
    ['INTEGER', ['1', '-5', null, '0']],
    ['BIGINT', ['1', '9007199254740993']],
    ['HUGEINT', ['1', '9223372036854775808']],
    ['DOUBLE', ['1', '1.50', '-1e3']],
    ['BOOLEAN', ['true', 'False', 't']],
    ['DATE', ['2024-05-31', '2024/5/1']],
    ['TIMESTAMP', ['2024-05-31', '2024-05-31 12:30:00', '2024-05-31T12:30:00Z']],
    ['TIMESTAMPTZ', ['2024-05-31 12:30:00', '2024-05-31T12:30:00+02:00']],
    ['TIME', ['12:30', '1:30:05']],
    ['UUID', ['123e4567-e89b-12d3-a456-426614174000']],
    ['VARCHAR', ['1', '']],
    ['VARCHAR', ['007', '1']],
    ['VARCHAR', ['NO', 'SE']],
    ['VARCHAR', ['yes', 'no']],
    ['VARCHAR', ['inf', 'nan']],
    ['VARCHAR', ['1', 'true']],
    ['VARCHAR', ['1 day']],
  ])('infers %s, of %j', async (type, texts) => {
    expect(await parsed(...texts)).toBe(type)
  })

  it('takes only strings together with null, and other values as without it', async () => {
    expect(await inferColumns([{ a: 1, b: new Date(0), c: { x: 1 }, d: 'x' }], { parse: true })).toEqual({
      a: 'INTEGER',
      b: 'TIMESTAMP',
      c: 'STRUCT("x" INTEGER)',
      d: 'VARCHAR',
    })
    await expect(inferColumns([{ a: 1 }, { a: 'x' }], { parse: true })).rejects.toThrow(
      /together with `parse`: number in row 0, string in row 1/,
    )
  })

  it('infers columns that take every string', async () => {
    const texts = fc.oneof(
      fc.integer().map(String),
      fc.double().map(String),
      fc.boolean().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.stringMatching(/^-?[0-9]{0,3}[.:e-]?[0-9]{0,3}$/),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 4 }), async (all) => {
        await parsed(...all)
      }),
      generatedCases(40),
    )
  })
})
