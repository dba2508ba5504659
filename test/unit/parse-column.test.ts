import { describe, expect, it } from 'vitest'
import { parseColumn } from '../../src/main/schema/parse-column-type.js'
import { cpuMsOf } from '../support/cpu-time.js'

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
  ])('refuses %s', (text) => {
    expect(() => parseColumn('c', text)).toThrow(TypeError)
  })

  it.each([
    'INTEGER[]',
    'VARCHAR[3] NOT NULL',
    'int [ 3 ]',
    'INT ARRAY',
    'INT ARRAY[3]',
    'STRUCT(a INTEGER)',
    'row (a INTEGER)',
    'MAP(VARCHAR, INTEGER)',
    'UNION(a INTEGER, b VARCHAR)',
    "ENUM('a')[]",
    'BIGNUM',
    'VARINT',
    'TIMETZ',
    'time  with time zone',
    'TIME_NS',
    'GEOMETRY',
    "GEOMETRY('OGC:CRS84')",
    'VARIANT',
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
