import { describe, expect, it } from 'vitest'
import { parseColumn } from '../../src/main/schema/parse-column-type.js'
import { cpuMsOf } from '../support/cpu-time.js'

const list = (item: object) => ({ name: 'LIST', item })
const array = (item: object, length: number) => ({ name: 'ARRAY', item, length })

describe('parseColumn', () => {
  it.each<[string, object]>([
    ['BIGINT NOT NULL', { type: { name: 'BIGINT' }, notNull: true }],
    ['  text   null ', { type: { name: 'VARCHAR' }, notNull: false }],
    ['timestamp  with time zone', { type: { name: 'TIMESTAMPTZ' }, notNull: false }],
    ['bitstring(3) NOT NULL', { type: { name: 'BIT' }, notNull: true }],
    ['numeric', { type: { name: 'DECIMAL', width: 18, scale: 3 } }],
    ['DECIMAL ( 7 )', { type: { name: 'DECIMAL', width: 7, scale: 0 } }],
    [
      "enum('it''s', 'a,b', '') not null",
      { type: { name: 'ENUM', members: ["it's", 'a,b', ''] }, notNull: true },
    ],
    ['VARINT', { type: { name: 'BIGNUM' } }],
    ['time  with time zone', { type: { name: 'TIMETZ' } }],
    ['INTEGER[]', { type: list({ name: 'INTEGER' }) }],
    ['VARCHAR[3] NOT NULL', { type: array({ name: 'VARCHAR' }, 3), notNull: true }],
    ['int [ 3 ]', { type: array({ name: 'INTEGER' }, 3) }],
    ['INT ARRAY', { type: list({ name: 'INTEGER' }) }],
    ['INT ARRAY[3] []', { type: list(array({ name: 'INTEGER' }, 3)) }],
    ["ENUM('a')[]", { type: list({ name: 'ENUM', members: ['a'] }) }],
    ['Map(VARCHAR(10), DOUBLE PRECISION)', { type: { key: { name: 'VARCHAR' }, value: { name: 'DOUBLE' } } }],
    [
      'row (A timestamp with time zone, "b "" c" DECIMAL(4,1)[])',
      {
        type: {
          name: 'STRUCT',
          fields: [
            { name: 'A', type: { name: 'TIMESTAMPTZ' } },
            { name: 'b " c', type: list({ name: 'DECIMAL', width: 4, scale: 1 }) },
          ],
        },
      },
    ],
    [
      'UNION(a INTEGER, b STRUCT(c BIGINT[2]))',
      {
        type: {
          name: 'UNION',
          members: [
            { name: 'a', type: { name: 'INTEGER' } },
            {
              name: 'b',
              type: { name: 'STRUCT', fields: [{ name: 'c', type: array({ name: 'BIGINT' }, 2) }] },
            },
          ],
        },
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseColumn('c', text)).toMatchObject(expected)
  })

  it.each([
    '',
    'BIGINTEGER',
    'constructor',
    'INTEGER); DROP TABLE t; --',
    'DECIMAL(39,0)',
    'DECIMAL(3,4)',
    'DECIMAL(0)',
    'ENUM()',
    "ENUM('a',)",
    "ENUM('a' 'b')",
    "ENUM('a','a')",
    "ENUM('a'); DROP TABLE t; --')",
    'INTEGER NOT NULL NOT NULL',
    'LIST',
    '[]',
    'ARRAY',
    'INTEGER[0]',
    'INTEGER[100000]',
    'INTEGER[-1]',
    'INTEGER[',
    'INTEGER]',
    'INTEGER[]]',
    'INTEGER[]; DROP TABLE t',
    'STRUCT',
    'STRUCT()',
    'STRUCT(INTEGER)',
    'STRUCT(a INTEGER,)',
    'STRUCT(a INTEGER, A VARCHAR)',
    'STRUCT(a INTEGER NOT NULL)',
    'STRUCT("" INTEGER)',
    'STRUCT(a INTEGER))',
    'MAP(INTEGER)',
    'MAP(INTEGER, INTEGER, INTEGER)',
    'UNION(a INTEGER, a VARCHAR)',
    `INTEGER${'[]'.repeat(101)}`,
    `${'STRUCT(a '.repeat(101)}INTEGER${')'.repeat(101)}`,
  ])('refuses %s', (text) => {
    expect(() => parseColumn('c', text)).toThrow(TypeError)
  })

  it('counts the levels of a type, and not the lists that are beside each other', () => {
    const fields = Array.from({ length: 200 }, (_, index) => `f${index} INTEGER[][3][]`)
    const { type } = parseColumn('c', `STRUCT(${fields.join(', ')})[]`)
    const item = { name: 'STRUCT', fields: expect.objectContaining({ length: 200 }) }
    expect(type).toMatchObject({ name: 'LIST', item })
    expect(parseColumn('c', `INTEGER${'[]'.repeat(99)}`)).toMatchObject({ type: { name: 'LIST' } })
  })

  it.each([
    'GEOMETRY',
    "GEOMETRY('OGC:CRS84')",
    'VARIANT',
    'VARIANT[] NOT NULL',
    'STRUCT(a INTEGER, b GEOMETRY)',
  ])('says that %s cannot be written yet', (text) => {
    const [shown] = text.split(' NOT NULL')
    expect(() => parseColumn('\ufeffc', text)).toThrow(
      expect.objectContaining({
        code: 'PERSIST_SCHEMA_MISMATCH',
        message: `Column \`\\ufeffc\` is of type ${shown}, which cannot be written yet`,
      }),
    )
  })

  it.each<[string, RegExp]>([
    ['BIGINT PRIMARY KEY', /NOT NULL may follow the type.*`primaryKey`/],
    ['VARCHAR COLLATE NOCASE', /NOT NULL may follow the type/],
    ["VARCHAR DEFAULT 'x'", /NOT NULL may follow the type/],
    ['DECIMAL(39,0)', /width of 1 to 38/],
    ["ENUM('a','a')", /members that differ/],
    ['INT(11)', /does not take what is in the brackets/],
    ['mood', /spell its ENUM\('a', 'b'\) out/],
    ['', /there is none in it/],
    ['\ufeffINT x', /got '\\ufeffINT x'/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseColumn('c', text)).toThrow(message)
  })

  const long = 200_000

  it.each<[string, string]>([
    ['spaces', ' '.repeat(long)],
    ['spaces inside', `INT${' '.repeat(long)}x`],
    ['NULLs', 'INT NULL'.repeat(long / 4)],
    ['NOTs', ' NOT'.repeat(long)],
    ['spaces before NULL', `x${' NOT'.repeat(long)}${' '.repeat(long)}NULL`],
    ['brackets', '['.repeat(long)],
    ['digits in brackets', '[1'.repeat(long)],
    ['digits', `DECIMAL(${'1'.repeat(long)}`],
    ['spaces in a DECIMAL', `DECIMAL(${' '.repeat(long)}`],
    ['quotes', `ENUM(${"'".repeat(long + 1)})`],
    ['quotes and spaces', `ENUM('${"'' ".repeat(long)})`],
    ['members without an end', `ENUM(${"'a', ".repeat(10)}'${'x'.repeat(long)})`],
    ['spaces after a member', `ENUM('a'${' '.repeat(long)}x)`],
  ])('refuses %s, 200,000 of them, in no time', (_, text) => {
    const cpuMs = cpuMsOf(() => expect(() => parseColumn('c', text)).toThrow(TypeError))
    // Time in proportion to the square of the length would be more than ten seconds.
    expect(cpuMs).toBeLessThan(1000)
  })

  it('reads a long ENUM, and a type with many spaces, in no time', () => {
    const members = Array.from({ length: 50_000 }, (_, index) => `'it''s ${index}'`)
    const text = `ENUM (${members.join(' , ')})  NOT${' '.repeat(long)}NULL${' '.repeat(long)}`
    const expected = { notNull: true, type: { name: 'ENUM' } }
    const cpuMs = cpuMsOf(() => expect(parseColumn('c', text)).toMatchObject(expected))
    expect(cpuMs).toBeLessThan(1000)
  })
})
