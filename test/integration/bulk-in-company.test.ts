import { open, type PersistenceService, type Table } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const path = newDatabase(folder)
let db: PersistenceService
beforeAll(async () => {
  db = await open(path)
})
afterAll(() => db.close())

const count = 300_000
const columns = { id: 'BIGINT NOT NULL', text: 'VARCHAR', amount: 'DOUBLE', tag: 'BOOLEAN' } as const
type Rows = Table<{ id: number; text?: string | null; amount?: number | null; tag?: boolean | null }>

function rowOf(id: number) {
  const text = id % 7 === 0 ? null : id % 5 === 0 ? `a text of more than twelve bytes ${id}` : `t${id}`
  return { id, text, amount: id / 4, tag: id % 3 === 0 ? null : id % 2 === 0 }
}

/** Calls of one row each, one after the other, until something else is over. */
async function keepCompany<Result>(table: Rows, work: () => Promise<Result>): Promise<[Result, number]> {
  await table.persist([{ id: -1 }])
  let isOver = false
  const result = work().finally(() => {
    isOver = true
  })
  let calls = 1
  while (!isOver) {
    await table.persist([{ id: -1 }])
    calls++
  }
  return [await result, calls]
}

const sums = (name: string) =>
  `SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, sum(hash(id, text, amount, tag))::VARCHAR AS hash
   FROM ${name} WHERE id >= 0`

async function createWith(name: string): Promise<Rows> {
  return (await db.table(name, { columns })) as Rows
}

describe('a long call beside short ones', () => {
  it('writes every row as it does alone', async () => {
    const [alone, together] = [await createWith('alone'), await createWith('together')]
    const rows = Array.from({ length: count }, (_, id) => rowOf(id))
    await alone.persist(rows)
    const [receipt, calls] = await keepCompany(together, () => together.persist(rows))
    expect(receipt).toMatchObject({ rows: count, inserted: count, rejected: 0 })
    const [expected] = await db.query(sums('alone'))
    expect(expected).toMatchObject({ n: count, ids: count })
    expect(await db.query(sums('together'))).toEqual([expected])
    expect(await db.query('SELECT count(*)::INT AS n FROM together WHERE id < 0')).toEqual([{ n: calls }])
    // In their order, too.
    const strays = `FROM (SELECT id, lag(id) OVER (ORDER BY rowid) AS before FROM together WHERE id >= 0)
      SELECT count(*)::INT AS n WHERE id < before`
    expect(await db.query(strays)).toEqual([{ n: 0 }])
    // Nothing of it is left behind.
    expect(await db.query('FROM duckdb_tables() SELECT table_name WHERE temporary')).toEqual([])
  })

  it('leaves nothing where it is given up in the middle', async () => {
    const table = await createWith('given_up')
    const controller = new AbortController()
    async function* rows() {
      for (let id = 0; id < count; id++) yield rowOf(id)
      controller.abort()
      yield rowOf(count)
    }
    const [outcome, calls] = await keepCompany(table, () =>
      table.persist(rows(), { signal: controller.signal }).catch((error) => error.code),
    )
    expect(outcome).toBe('PERSIST_ABORTED')
    expect(await db.query('SELECT count(*)::INT AS n FROM given_up')).toEqual([{ n: calls }])
  })

  it('is on the disk when it resolves', async () => {
    const table = await createWith('stored')
    const [, calls] = await keepCompany(table, () =>
      table.persist(
        (function* () {
          for (let id = 0; id < count; id++) yield rowOf(id)
        })(),
      ),
    )
    await db.close()
    const [row] = await readDatabase(path, 'SELECT count(*)::INT AS n FROM stored')
    expect(row).toEqual({ n: count + calls })
    db = await open(path)
  })
})
