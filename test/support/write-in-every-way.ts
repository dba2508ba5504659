import type { PersistenceService } from 'duckpaddle'
import { expect } from 'vitest'

/** A name of any characters, for SQL. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What `writeInEveryWay` leaves in a table. */
const written = [
  { k: 1, v: 'new' },
  { k: 2, v: 'two' },
  { k: 3, v: 'none' },
  { k: 4, v: 'four' },
  { k: 5, v: 'five' },
]

const kinds = ['no constraint', 'PRIMARY KEY', 'several unique constraints'] as const
type Kind = (typeof kinds)[number]

/** One kind of table in turns, for a test of many cases. */
export function kindAt(index: number): Kind {
  return kinds[index % kinds.length] ?? 'no constraint'
}

/**
 * Writes to tables of this name, one after the other of each kind, with every `onConflict`. Checks every receipt, and
 * that the rows are those `written`.
 */
export async function writeInEveryWay(
  db: PersistenceService,
  name: string,
  [id, v]: readonly [string, string] = ['id', 'v'],
  ofKinds: readonly Kind[] = kinds,
): Promise<void> {
  const row = (key: number, value?: string) =>
    Object.fromEntries([[id, key], ...(value === undefined ? [] : [[v, value]])])
  const check = `, CHECK (${quote(v)} <> 'bad'), PRIMARY KEY (${quote(id)})`
  const rulesOf: Record<Kind, string> = {
    'no constraint': '',
    'PRIMARY KEY': check,
    'several unique constraints': `${check}, UNIQUE (${quote(v)})`,
  }
  for (const kind of ofKinds) {
    const columns = `${quote(id)} INTEGER NOT NULL, ${quote(v)} VARCHAR DEFAULT 'none'${rulesOf[kind]}`
    await db.run(`CREATE TABLE ${quote(name)} (${columns})`)
    const table = await db.table(name, { key: [id] })
    await table.persist([row(1, 'one'), row(2, 'two')])
    await expect(table.persist([row(2, 'twice')])).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    const ignoring = await table.persist([row(2, 'no'), row(3)], { onConflict: 'ignore' })
    expect(ignoring).toMatchObject({ inserted: 1, ignored: 1 })
    const skipping = await table.persist([row(1, 'again'), row(5, 'five')], { onRowError: 'skip' })
    expect(skipping.rejections).toMatchObject([{ index: 0, code: 'duplicate-key', row: row(1, 'again') }])
    const updating = await table.persist([row(1, 'new'), row(4, 'four'), row(1)], { onConflict: 'update' })
    expect(updating).toMatchObject({ inserted: 1, updated: 2 })
    const sql = `SELECT ${quote(id)} AS k, ${quote(v)} AS v FROM ${quote(name)} ORDER BY 1`
    expect(await db.query(sql)).toEqual(written)
    await db.run(`DROP TABLE ${quote(name)}`)
  }
}
