import { Readable } from 'node:stream'
import type { Table, Transaction } from 'duckpaddle'
import { beforeAll, describe, expect, it } from 'vitest'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { readDatabase } from '../support/read-database.js'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { type Feature, has, nameOf, need, openForTest, placeForTest } from '../support/test-engine.js'

const folder = temporaryFolder()
const tables = new StoredTables(newDatabase(folder))

const keyed = { columns: { id: 'INTEGER NOT NULL', n: 'INTEGER' }, key: ['id'] }
let table: Table
let other: Table

beforeAll(async () => {
  table = await tables.create(keyed)
  const hasConstraints = (await has('PRIMARY KEY, UNIQUE')) && (await has('verdict on a CHECK'))
  const constraints = hasConstraints ? ', PRIMARY KEY (id), CHECK (n > 0)' : ''
  other = await tables.create(`id INTEGER, n INTEGER NOT NULL${constraints}`)
  await table.persist([{ id: 1, n: 1 }])
})

async function expectUntouched(): Promise<void> {
  await tables.expectStored(`SELECT id FROM ${nameOf(table)}`, [{ id: 1 }])
  await tables.expectStored(`SELECT id FROM ${nameOf(other)}`, [])
}

/** Calls that fail, and with what. */
const failures: [string, (tx: Transaction) => Promise<unknown>, object, Feature?][] = [
  [
    'a row whose key the table has',
    (tx) => tx.persist(table, [{ id: 1 }]),
    { code: 'PERSIST_ROW_REJECTED', rejection: { index: 0, code: 'duplicate-key' } },
  ],
  [
    'a row whose key an earlier call has',
    (tx) => tx.persist(table, [{ id: 100 }]),
    { code: 'PERSIST_ROW_REJECTED', rejection: { index: 0, code: 'duplicate-key', key: { id: 100 } } },
  ],
  [
    'a row that cannot be encoded',
    (tx) => tx.persist(table, [{ id: 5 }, { id: 'x' }]),
    { code: 'PERSIST_ROW_REJECTED', rejection: { index: 1, code: 'type' } },
  ],
  [
    'a row that a function rejects',
    (tx) => tx.persist(other, [{ id: 5, n: -1 }], { onRowError: () => 'abort' }),
    { code: 'PERSIST_ROW_REJECTED', rejection: { index: 0, code: 'check' } },
    'verdict on a CHECK',
  ],
  [
    'a source that throws',
    (tx) =>
      tx.persist(
        table,
        (function* () {
          yield { id: 5 }
          throw new Error('of the source')
        })(),
      ),
    { message: 'of the source' },
  ],
  [
    'a stream that fails',
    (tx) =>
      tx.persist(table, new Readable({ objectMode: true, read: () => undefined }).destroy(new Error('gone'))),
    { message: 'gone' },
  ],
  [
    'an onRowError that throws',
    (tx) =>
      tx.persist(table, [{ id: 'x' }], {
        onRowError: () => {
          throw new Error('of the function')
        },
      }),
    { message: 'of the function' },
  ],
  [
    'an onProgress that rejects',
    (tx) =>
      tx.persist(table, [{ id: 5 }], { onProgress: () => Promise.reject(new Error('of the progress')) }),
    { message: 'of the progress' },
  ],
  ['SQL that DuckDB cannot parse', (tx) => tx.query('SELEKT 1'), { code: 'PERSIST_QUERY_FAILED' }],
  ['SQL that fails', (tx) => tx.run("SELECT error('no')"), { code: 'PERSIST_QUERY_FAILED' }],
  [
    'a constraint that a statement breaks',
    (tx) => tx.run(`INSERT INTO ${nameOf(other)} VALUES (9, NULL)`),
    { code: 'PERSIST_QUERY_FAILED' },
  ],
  [
    'a value that cannot be read as it is to be',
    (tx) => tx.query('SELECT 9007199254740993', [], { bigints: 'number' }),
    { code: 'PERSIST_QUERY_FAILED' },
  ],
  ['rows that are none', (tx) => tx.persist(table, { id: 1 } as never), { name: 'TypeError' }],
  ['a table that is none', (tx) => tx.persist({} as never, [{ id: 5 }]), { name: 'TypeError' }],
  [
    'an option that is none',
    (tx) => tx.persist(table, [], { onRowErrors: 1 } as never),
    { name: 'TypeError' },
  ],
  ['a parameter that is none', (tx) => tx.run('SELECT ?', [Symbol('no')] as never), { name: 'TypeError' }],
  ['SQL that is none', (tx) => tx.query(1 as never), { name: 'TypeError' }],
  [
    'a signal of its own',
    (tx) => tx.persist(table, [{ id: 5 }], { signal: AbortSignal.abort() }),
    { code: 'PERSIST_ABORTED' },
  ],
]

/** Fills both tables, before and after the call that fails. */
async function work(tx: Transaction, fail: () => Promise<unknown>): Promise<string> {
  await tx.persist(table, [{ id: 100 }])
  await tx.persist(other, [{ id: 100, n: 1 }])
  await fail()
  await tx.persist(other, [{ id: 101, n: 1 }])
  return 'done'
}

describe.each(failures)('a transaction with %s', (_, call, error, feature) => {
  const needed = feature === undefined ? [] : [feature]

  it('is rolled back, and rejects with it', async () => {
    await need(...needed)
    await expect(tables.db.transaction((tx) => work(tx, () => call(tx)))).rejects.toMatchObject(error)
    await expectUntouched()
  })

  it('is rolled back also where the callback has caught it, and what comes after rejects alike', async () => {
    await need(...needed)
    const caught: unknown[] = []
    const transaction = tables.db.transaction(async (tx) => {
      await work(tx, () => call(tx)).catch((reason) => caught.push(reason))
      await tx.query('SELECT 1').catch((reason) => caught.push(reason))
      return 'done'
    })
    const rejected = await transaction.catch((reason) => reason)
    expect(rejected).toMatchObject(error)
    expect(caught).toEqual([rejected, rejected])
    await expectUntouched()
  })

  it('is rolled back also where nobody has awaited it', async () => {
    await need(...needed)
    const transaction = tables.db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 100 }])
      void call(tx)
      void tx.persist(other, [{ id: 7, n: 1 }])
      return 'done'
    })
    await expect(transaction).rejects.toMatchObject(error)
    await expectUntouched()
  })
})

describe('a transaction', () => {
  it('that throws is rolled back, and rejects with what it has thrown', async () => {
    const thrown = new Error('of the callback')
    const sync = tables.db.transaction(() => {
      throw thrown
    })
    await expect(sync).rejects.toBe(thrown)
    const later = tables.db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 2 }])
      await tx.persist(table, [{ id: 2 }]).catch(() => undefined)
      throw thrown
    })
    await expect(later).rejects.toBe(thrown)
    await expectUntouched()
  })

  it('that throws does not wait for the calls that it has not awaited, and releases their sources', async () => {
    const stalled = [1, 2].map(() => new Readable({ objectMode: true, read: () => undefined }))
    const thrown = new Error('of the callback')
    const transaction = tables.db.transaction(async (tx) => {
      const first = tx.persist(table, [{ id: 2 }])
      for (const source of stalled) void tx.persist(table, source)
      await first
      throw thrown
    })
    await expect(transaction).rejects.toBe(thrown)
    expect(stalled.map(({ destroyed }) => destroyed)).toEqual([true, true])
    await expectUntouched()
  })

  it('that is over takes no more calls, and releases their sources', async () => {
    let kept: Transaction | undefined
    await tables.db.transaction(async (tx) => {
      kept = tx
    })
    const source = new Readable({ objectMode: true, read: () => undefined })
    const over = { name: 'TypeError', message: expect.stringContaining('transaction() is over') }
    await expect(kept?.persist(table, source)).rejects.toMatchObject(over)
    await expect(kept?.query('SELECT 1')).rejects.toMatchObject(over)
    await expect(kept?.run(`DELETE FROM ${nameOf(table)}`)).rejects.toMatchObject(over)
    expect(source.destroyed).toBe(true)
    await expectUntouched()
  })

  it('is rolled back for a call that is made when its callback has settled', async () => {
    let late: Promise<unknown> | undefined
    const transaction = tables.db.transaction(async (tx) => {
      const first = tx.persist(other, [{ id: 3, n: 1 }])
      late = first.then(() => tx.persist(table, [{ id: 3 }]))
      late.catch(() => undefined)
    })
    await expect(transaction).rejects.toMatchObject({ name: 'TypeError' })
    await expect(late).rejects.toMatchObject({ name: 'TypeError' })
    await expectUntouched()
  })

  it('refuses a source that waits for a call of its own transaction', async () => {
    await need('UPDATE, DELETE')
    const calls: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.query('SELECT 1'),
      (tx) => tx.persist(other, [{ id: 1, n: 1 }]),
      () => tables.db.run(`DELETE FROM ${nameOf(other)}`),
      () => tables.db.transaction(async () => undefined),
    ]
    for (const call of calls) {
      for (const isAwaited of [true, false]) {
        const transaction = tables.db.transaction(async (tx) => {
          async function* rows() {
            yield { id: 2 }
            await new Promise(setImmediate)
            await call(tx)
          }
          const persisted = tx.persist(table, rows())
          if (isAwaited) await persisted
        })
        await expect(transaction).rejects.toMatchObject({
          name: 'TypeError',
          message: expect.stringMatching(/which waits for the code that calls it|transaction\(\) is over/),
        })
      }
    }
    await expectUntouched()
  })

  it('takes calls that its own sources and callbacks make, and do not wait for', async () => {
    await need('UPDATE, DELETE')
    const target = await tables.create(keyed)
    await tables.db.transaction(async (tx) => {
      function* rows() {
        void tx.persist(target, [{ id: 2 }])
        yield { id: 1 }
        yield { id: 'x' }
      }
      await tx.persist(target, rows() as never, {
        onRowError: () => {
          void tx.run(`UPDATE ${nameOf(target)} SET n = 3`)
          return 'skip'
        },
      })
    })
    await tables.expectStored(`SELECT id, n FROM ${nameOf(target)} ORDER BY id`, [
      { id: 1, n: 3 },
      { id: 2, n: 3 },
    ])
  })

  it('takes no arguments of a wrong type, and has no effect then', async () => {
    const { db } = tables
    await expect(db.transaction(undefined as never)).rejects.toMatchObject({ name: 'TypeError' })
    const run = async (tx: Transaction) => tx.persist(table, [{ id: 2 }])
    for (const options of [{ timeoutMs: '1' }, { signal: {} }, { timeout: 1 }, null, 1]) {
      await expect(db.transaction(run, options as never)).rejects.toMatchObject({ name: 'TypeError' })
    }
    for (const timeoutMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(db.transaction(run, { timeoutMs })).rejects.toMatchObject({ name: 'RangeError' })
    }
    await expectUntouched()
  })

  it('does not take a table of another service', async () => {
    const elsewhere = await openForTest(':memory:')
    const theirs = await elsewhere.table('t', { ...placeForTest(), columns: { id: 'INTEGER' } })
    const transaction = tables.db.transaction((tx) => tx.persist(theirs, [{ id: 1 }]))
    await expect(transaction).rejects.toMatchObject({ name: 'TypeError' })
    await elsewhere.close()
  })
})

describe('SQL that a rollback would not undo', () => {
  const statements = [
    'COMMIT',
    'END',
    'ROLLBACK',
    'ABORT',
    'BEGIN',
    'START TRANSACTION',
    'SELECT 1; COMMIT',
    '/* a comment */ commit -- and another',
    'EXPLAIN ANALYZE COMMIT',
    'PREPARE p AS SELECT 1',
    'EXECUTE p',
    "ATTACH ':memory:' AS elsewhere",
    'DETACH elsewhere',
    'USE main',
    'SET threads = 1',
    'SET SESSION search_path = main',
    'RESET threads',
    'PRAGMA enable_profiling',
    'CALL enable_logging()',
    'CHECKPOINT',
    'FORCE CHECKPOINT',
    'SELECT * FROM checkpoint()',
    'VACUUM',
    'LOAD json',
    'INSTALL json',
    "COPY (SELECT 1) TO 'never.csv'",
    "EXPORT DATABASE 'never'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  ]
  it.each(statements)('is refused, before any of it runs: %s', async (sql) => {
    for (const call of ['run', 'query'] as const) {
      const transaction = tables.db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 2 }])
        await tx[call](`INSERT INTO ${nameOf(other)} VALUES (1, 1); ${sql}`)
      })
      await expect(transaction).rejects.toMatchObject({
        code: 'PERSIST_QUERY_FAILED',
        message: expect.stringMatching(/^A transaction does not take /),
      })
    }
    await expectUntouched()
  })

  it('does not include a PIVOT, or a word that is only a name or a value', async () => {
    const rows = await tables.db.transaction(async (tx) => {
      await tx.run('CREATE TEMP TABLE "commit" (checkpoint INTEGER, begin VARCHAR)')
      await tx.run(`INSERT INTO "commit" VALUES (1, 'COMMIT; ROLLBACK'), (2, 'set')`)
      await tx.query('PIVOT "commit" ON begin USING count(*)')
      return tx.query('WITH set AS (FROM "commit") SELECT count(*)::INT AS n FROM set')
    })
    expect(rows).toEqual([{ n: 2 }])
  })
})

describe('a lost worker', () => {
  it('rejects the transaction, of which nothing is written, and the next one works', async () => {
    const path = newDatabase(folder)
    const db = await openForTest(path, { resourceLimits: smallHeap })
    const target = await db.table('t', { ...placeForTest(), columns: { id: 'INTEGER' } })
    const lost = { code: 'PERSIST_WORKER_LOST', isDataLost: false }
    const transaction = db.transaction(async (tx) => {
      await tx.persist(target, [{ id: 1 }])
      await loseWorker(db).catch(() => undefined)
      await tx.persist(target, [{ id: 2 }])
    })
    await expect(transaction).rejects.toMatchObject(lost)
    const silent = db.transaction(async (tx) => {
      await tx.persist(target, [{ id: 3 }])
      await loseWorker(db).catch(() => undefined)
    })
    await expect(silent).rejects.toMatchObject(lost)
    await db.transaction((tx) => tx.persist(target, [{ id: 4 }]))
    expect(db.stats()).toMatchObject({ inFlightBytes: 0, waiting: 0, persisting: 0, querying: 0 })
    await db.close()
    expect(await readDatabase(path, `SELECT id FROM ${nameOf('t')}`)).toEqual([{ id: 4 }])
  })
})

describe('a database that is open for reading only', () => {
  it('can be read in a transaction, and not written to', async () => {
    await need('UPDATE, DELETE')
    const path = newDatabase(folder)
    const writer = await openForTest(path)
    await (await writer.table('t', { ...placeForTest(), columns: { id: 'INTEGER' } })).persist([{ id: 1 }])
    await writer.close()
    const db = await openForTest(path, { readOnly: true })
    expect(await db.transaction((tx) => tx.query(`SELECT id FROM ${nameOf('t')}`))).toEqual([{ id: 1 }])
    const readOnly = { code: 'PERSIST_READ_ONLY' }
    const target = await db.table('t', placeForTest())
    await expect(db.transaction((tx) => tx.persist(target, [{ id: 2 }]))).rejects.toMatchObject(readOnly)
    await expect(db.transaction((tx) => tx.run(`DELETE FROM ${nameOf('t')}`))).rejects.toMatchObject(readOnly)
    await db.close()
  })
})
