import { describe, expect, it } from 'vitest'
import { parseColumn } from '../../src/main/schema/parse-column-type.js'

describe('parseColumn', () => {
  it.each<[string, object]>([
    ['BIGINT NOT NULL', { type: { name: 'BIGINT' }, notNull: true }],
    ['  text   null ', { type: { name: 'VARCHAR' }, notNull: false }],
    ['timestamp  with time zone', { type: { name: 'TIMESTAMPTZ' }, notNull: false }],
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

  it.each(['INTEGER[]', 'VARCHAR[3] NOT NULL', 'STRUCT(a INTEGER)', 'MAP(VARCHAR, INTEGER)'])(
    'says that %s cannot be written yet',
    (text) => {
      expect(() => parseColumn('c', text)).toThrow(
        expect.objectContaining({ code: 'PERSIST_SCHEMA_MISMATCH' }),
      )
    },
  )
})
