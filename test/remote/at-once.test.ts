import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable } from './support/engines.js'
import { extensionFile } from './support/extensions.js'
import { freeQuackAddress, quackToken, startQuack, stopQuack } from './support/quack.js'

const columns = { id: 'BIGINT NOT NULL', name: 'VARCHAR' } as const
/** More than a server sends at once. */
const count = 100_000
const sum = (count * (count - 1)) / 2
const rows = {
  columns: {
    id: BigInt64Array.from({ length: count }, (_, id) => BigInt(id)),
    name: Array.from({ length: count }, (_, id) => `${id} has a name that is long`.repeat(4)),
  },
}

/** Calls of all kinds at once, on a table with `count` rows. */
async function callAllAtOnce(db: PersistenceService, table: { readonly catalog?: string }, name: string) {
  const at = table.catalog === undefined ? name : `${table.catalog}.${name}`
  const sumOf = async (found: AsyncIterable<unknown> | Iterable<unknown>) => {
    let total = 0
    for await (const row of found) total += Number(Object(row).id)
    return total
  }
  const [events, other] = [newTable(), newTable()]
  const written = await db.table(events, { ...table, columns, key: ['id'] })
  await db.table(other, { ...table, columns })
  const all = `SELECT * FROM ${at}`
  const [first, second, streamed, few, many, again, described] = await Promise.all([
    db.query(all).then(sumOf),
    db.query(`${all} WHERE id >= 0`).then(sumOf),
    sumOf(db.stream(all)),
    Promise.all(Array.from({ length: 20 }, (_, id) => db.query(`${all} WHERE id = ${id}`).then(sumOf))),
    written.persist(rows),
    written.persist([{ id: 0, name: 'again' }], { onConflict: 'update' }),
    db.table(other, table),
    db.transaction(async (tx) => {
      await tx.persist(written, [{ id: count }])
      expect(await sumOf(await tx.query(all))).toBe(sum)
    }),
  ])
  expect([first, second, streamed]).toEqual([sum, sum, sum])
  expect(few).toEqual(Array.from({ length: 20 }, (_, id) => id))
  expect([many.inserted, again.updated, described.name]).toEqual([count, 1, other])
  const [row] = await db.query(`SELECT count(*) AS n FROM ${at.replace(name, events)}`)
  expect(row).toEqual({ n: BigInt(count + 1) })
}

describe.each(engines)('$name', ({ create }) => {
  const { folder, remove } = catalogFolder()
  const name = newTable()
  let catalog: Catalog
  let db: PersistenceService

  beforeAll(async () => {
    catalog = await create(folder)
    db = await catalog.open()
    const table = await db.table(name, { ...catalog.table, columns })
    await table.persist(rows)
  })
  afterAll(async () => {
    await db.close()
    await catalog.end?.()
    remove()
  })

  it('takes calls of all kinds at once', async () => {
    await callAllAtOnce(db, catalog.table, name)
  })

  it('answers others while a stream is read, and while one is left in the middle', async () => {
    const all = `SELECT * FROM ${catalog.name(name)}`
    const left = db.stream(all)
    await left.next()
    let total = 0
    for await (const { id } of db.stream<{ id: bigint }>(all)) {
      if (id % 50_000n === 0n) {
        expect(await db.query(`SELECT count(*) AS n FROM ${catalog.name(name)}`)).toEqual([
          { n: BigInt(count) },
        ])
      }
      total += Number(id)
    }
    expect(total).toBe(sum)
    await left.return?.()
  })

  it('ends a query that waits for others when its caller has given it up', async () => {
    const all = `SELECT * FROM ${catalog.name(name)}`
    const long = Array.from({ length: 5 }, () => db.query(all))
    const given = new AbortController()
    const waiting = db.query(all, [], { signal: given.signal })
    given.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'PERSIST_ABORTED' })
    for (const found of await Promise.all(long)) expect(found).toHaveLength(count)
  })
})

describe('a Quack server that is attached by SQL', () => {
  const extensions = [extensionFile('httpfs'), extensionFile('quack')]
  let address: string
  let server: Awaited<ReturnType<typeof startQuack>>

  beforeAll(async () => {
    address = await freeQuackAddress()
    server = await startQuack(':memory:', address)
  })
  afterAll(() => stopQuack(server))

  it.each(['init', 'run()'])('takes queries at once: %s', async (how) => {
    const secret = `CREATE SECRET (TYPE quack, TOKEN '${quackToken}')`
    const attach = `ATTACH 'quack:${address}' AS served`
    const db = await open(':memory:', { extensions, init: how === 'init' ? [secret, attach] : [secret] })
    if (how !== 'init') await db.run(attach)
    const numbers = `SELECT range AS id, repeat('x', 100) AS name FROM range(${3 * count})`
    await db.run(`CREATE OR REPLACE TABLE served.numbers AS ${numbers}`)
    await db.run('CREATE OR REPLACE TABLE served.others (id BIGINT)')
    const others = await db.table('others', { catalog: 'served' })
    const results = await Promise.all([
      ...Array.from({ length: 5 }, () => db.query('SELECT * FROM served.numbers')),
      others.persist([{ id: 1n }]).then(() => db.query('SELECT * FROM served.others')),
    ])
    expect(results.map((found) => found.length)).toEqual([...Array(5).fill(3 * count), 1])
    await db.close()
  })
})
