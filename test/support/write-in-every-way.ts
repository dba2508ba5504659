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

/**
 * Writes to tables of this name, one after the other, with every `onConflict`: one without constraints, one with a
 * PRIMARY KEY, and one with several unique constraints. Checks every receipt, and that the rows are those `written`.
 */
export async function writeInEveryWay(
  db: PersistenceService,
  name: string,
  [id, v]: readonly [string, string] = ['id', 'v'],
): Promise<void> {
  const row = (key: number, value?: string) =>
    Object.fromEntries([[id, key], ...(value === undefined ? [] : [[v, value]])])
  const check = `, CHECK (${quote(v)} <> 'bad'), PRIMARY KEY (${quote(id)})`
  for (const rules of ['', check, `${check}, UNIQUE (${quote(v)})`]) {
    const columns = `${quote(id)} INTEGER NOT NULL, ${quote(v)} VARCHAR DEFAULT 'none'`
    await db.run(`CREATE TABLE ${quote(name)} (${columns}${rules})`)
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
