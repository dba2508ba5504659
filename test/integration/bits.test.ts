import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { openForTest } from '../support/test-engine.js'
import { type Definition, TestTables } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new TestTables()

const texts = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 5000 })
const pattern = '0110100110010110'.repeat(5)
const lengths = Array.from({ length: 70 }, (_, index) => pattern.slice(0, index + 1))

/** Texts of all lengths up to 70, and others of up to 5,000 bits, with NULLs between them. */
const values = [...lengths, ...fc.sample(texts, { numRuns: 2500, seed: 7 })].map((text, index) =>
  index % 5 === 4 ? null : text,
)

const create = (definition: Definition) => tables.create(undefined, definition, 't')

describe('a BIT', () => {
  it('is to DuckDB what it makes of the same text, and is read back as that', async () => {
    const path = newDatabase(folder)
    const db = await openForTest(path)
    try {
      const columns = { i: 'INTEGER NOT NULL', text: 'VARCHAR', bits: 'BIT', other: 'BITSTRING(3)' }
      const table = await db.table('t', { columns })
      const rows = values.map((text, i) => ({ i, text, bits: text, other: text?.slice(-3) ?? '1' }))
      expect(await table.persist(rows)).toMatchObject({ inserted: rows.length })
      expect(await db.query('SELECT * FROM t ORDER BY i ASC')).toEqual(rows)
    } finally {
      await db.close()
    }
    // By another client. Equality and order are of the bytes, padding and all.
    const sql = `SELECT count(*) AS n, count(bits) AS values,
      count(*) FILTER (bits IS DISTINCT FROM text::BIT) AS others,
      count(*) FILTER (bits::VARCHAR IS DISTINCT FROM text) AS texts,
      count(*) FILTER (length(bits) IS DISTINCT FROM length(text)) AS lengths,
      count(*) FILTER (bit_count(bits) IS DISTINCT FROM length(replace(text, '0', ''))) AS counts,
      count(*) FILTER (octet_length(bits) IS DISTINCT FROM octet_length(text::BIT)) AS octets,
      count(*) FILTER (bits::BLOB IS DISTINCT FROM text::BIT::BLOB) AS bytes,
      count(*) FILTER ((~bits)::VARCHAR IS DISTINCT FROM translate(text, '01', '10')) AS inverses,
      count(*) FILTER (hash(bits) IS DISTINCT FROM hash(text::BIT)) AS hashes FROM t`
    const same = { others: 0, texts: 0, lengths: 0, counts: 0, octets: 0, bytes: 0, inverses: 0, hashes: 0 }
    const counts = { n: values.length, values: values.filter((text) => text !== null).length }
    const [found = {}] = await readDatabase(path, sql)
    const numbers = Object.entries(found).map(([name, count]) => [name, Number(count)])
    expect(Object.fromEntries(numbers)).toEqual({ ...counts, ...same })
  })

  it('of millions of bits has a batch to itself where it needs one', async () => {
    const { db } = tables
    const table = await create({ columns: { i: 'INTEGER', v: 'BIT' } })
    const rows = [2, 12_000_001, 3].map((length, i) => ({
      i,
      v: '011'.repeat(length / 3 + 1).slice(0, length),
    }))
    await table.persist(rows)
    const sql = 'SELECT length(v)::INTEGER AS n, bit_count(v)::INTEGER AS ones FROM t ORDER BY i ASC'
    expect(await db.query(sql)).toEqual([
      { n: 2, ones: 1 },
      { n: 12_000_001, ones: 8_000_000 },
      { n: 3, ones: 2 },
    ])
    const read = await db.query<{ v: string }>('SELECT v FROM t WHERE i = 1')
    expect(read[0]?.v === rows[1]?.v).toBe(true)
  })

  it.each(['key', 'primaryKey'] as const)('tells rows apart as %s', async (kind) => {
    const { db } = tables
    const table = await create({ columns: { bits: 'BIT NOT NULL', n: 'INTEGER' }, [kind]: ['bits'] })
    await db.run("INSERT INTO t VALUES ('0110', 0), ('011', 0), ('00110', 0)")
    const rows = lengths.map((bits, n) => ({ bits, n }))
    expect(await table.persist(rows, { onConflict: 'update' })).toMatchObject({ inserted: 68, updated: 2 })
    expect(await table.persist(rows, { onConflict: 'ignore' })).toMatchObject({ ignored: 70 })
    const receipt = await table.persist([{ bits: '1110', n: 1 }, ...rows], { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejected: 70 })
    expect(receipt.rejections[0]).toMatchObject({ index: 1, code: 'duplicate-key', key: { bits: '0' } })
    const sql = 'SELECT bits, n FROM t WHERE n IS NOT NULL ORDER BY n ASC, length(bits) ASC, bits ASC'
    const stored = [...rows, { bits: '1110', n: 1 }, { bits: '00110', n: 0 }]
    const byNumber = stored.toSorted((a, b) => a.n - b.n || a.bits.length - b.bits.length)
    expect(await db.query(sql)).toEqual(byNumber)
    expect(await db.query("SELECT n FROM t WHERE bits = '00110'")).toEqual([{ n: 0 }])
  })

  it('of a table made by SQL has its defaults, its constraints and its generated columns', async () => {
    const { db } = tables
    const sql = `i INTEGER, flags BITSTRING DEFAULT '101', mask BIT UNIQUE CHECK (length(mask) = 8),
      ones BIGINT AS (bit_count(flags))`
    const table = await tables.create(sql, undefined, 't')
    const rows = [
      { i: 0, mask: '00000001' },
      { i: 1, flags: '1111', mask: '00000010' },
      { i: 2, flags: null, mask: null },
      { i: 3, mask: '1' },
      { i: 4, mask: '00000001' },
    ]
    const receipt = await table.persist(rows, { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual([
      [3, 'check'],
      [4, 'unique'],
    ])
    expect(await db.query('SELECT * FROM t ORDER BY i ASC')).toEqual([
      { i: 0, flags: '101', mask: '00000001', ones: 2n },
      { i: 1, flags: '1111', mask: '00000010', ones: 4n },
      { i: 2, flags: null, mask: null, ones: null },
    ])
  })

  it.each<[string, unknown, string]>([
    ['empty', '', 'range'],
    ['of another digit', '2', 'type'],
    ['with a space', '1 0', 'type'],
    ['with a NUL', '1\0', 'type'],
    ['with a lone surrogate', '1\ud800', 'type'],
    ['of ten million other characters', 'x'.repeat(1e7), 'type'],
    ['a number', 1, 'type'],
    ['a bigint', 1n, 'type'],
    ['a boolean', true, 'type'],
    ['an array', [1, 0], 'type'],
  ])('that is %s is rejected with its reason, and nothing of its call is written', async (_, value, code) => {
    const { db } = tables
    const table = await create({ columns: { v: 'BIT', other: 'VARCHAR' } })
    const rows = [{ v: '1', other: 'x' }, { v: value as string }, { v: '0' }]
    await expect(table.persist(rows)).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: {
        index: 1,
        column: 'v',
        code,
        message: expect.stringContaining('Column `v` (BIT): expected'),
      },
    })
    expect(await table.persist(rows, { onRowError: 'skip' })).toMatchObject({ inserted: 2, rejected: 1 })
    expect(await db.query('SELECT v FROM t ORDER BY v ASC')).toEqual([{ v: '0' }, { v: '1' }])
  })
})
