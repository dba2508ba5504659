import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'

describe('a BIT', () => {
  it('is read as its 0s and 1s, of any length, at every level', async () => {
    await using db = await open(':memory:')
    const bits = Array.from({ length: 70 }, (_, index) => (index ** 2 % 7 < 3 ? '1' : '0')).join('')
    const texts = Array.from(bits, (_, index) => bits.slice(index % 3, index + 1)).filter(
      (text) => text !== '',
    )
    const rows = texts.map((v) => ({ v }))
    const list = texts.map((text) => `'${text}'::BIT`).join(', ')
    expect(await db.query(`SELECT unnest([${list}]) AS v`)).toEqual(rows)
    expect(await db.query(`SELECT [${list}, NULL] AS v`)).toEqual([{ v: [...texts, null] }])
    expect(await db.query("SELECT {'a': '0110'::BIT}::VARIANT AS v")).toEqual([{ v: { a: '0110' } }])
  })

  it('of more bits than an array of the worker holds is read', async () => {
    await using db = await open(':memory:', { resourceLimits: { maxOldGenerationSizeMb: 64 } })
    const rows = await db.query<{ v: string; w: string }>("SELECT repeat('0110100', 1000000)::BIT AS v")
    expect(rows[0]?.v === '0110100'.repeat(1_000_000)).toBe(true)
  })

  it('that is too large for the heap of the worker as text fails the query, and the worker lives', async () => {
    await using db = await open(':memory:', { resourceLimits: { maxOldGenerationSizeMb: 64 } })
    await db.run('CREATE TABLE lives (i INTEGER)')
    await expect(db.query("SELECT repeat('01101001', 3000000)::BIT AS v")).rejects.toMatchObject({
      code: 'PERSIST_OUT_OF_MEMORY',
    })
    expect(await db.query('SELECT count(*)::INTEGER AS n FROM lives')).toEqual([{ n: 0 }])
  })
})
