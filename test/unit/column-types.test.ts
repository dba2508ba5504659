import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBTypeId } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { columnTypes, unwritableTypes } from '../../src/protocol/column-types.js'

const types = Object.entries({ ...columnTypes, ...unwritableTypes })

/** What node-api calls a type that SQL calls otherwise. */
const otherNames = new Map([
  ['TIMESTAMPTZ', 'TIMESTAMP_TZ'],
  ['TIMETZ', 'TIME_TZ'],
  ['TYPE', 'INVALID'],
])

describe('the table of types', () => {
  it.each(types)('has the number that DuckDB has for %s', (name, { id }) => {
    const expected = name === 'JSON' ? 'JSON' : DuckDBTypeId[(otherNames.get(name) ?? name) as 'BIGINT']
    expect(id).toBe(expected)
  })

  it('has every type that a column of DuckDB may have', () => {
    const known = types.map(([, { id }]) => id)
    const noColumns = ['ANY', 'SQLNULL', 'STRING_LITERAL', 'INTEGER_LITERAL']
    const names = Object.keys(DuckDBTypeId).filter((name) => !/^\d+$/.test(name) && !noColumns.includes(name))
    expect(names.filter((name) => !known.includes(DuckDBTypeId[name as 'BIGINT']))).toEqual([])
  })

  it('has each name once', () => {
    const names = types.flatMap(([name, { aliases }]) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
    expect(names.every((name) => name === name.toUpperCase())).toBe(true)
  })
})

/** Sources that name a type, but for comments, and without how its values are checked and written. */
function sourcesThatName(type: string): string[] {
  const source = fileURLToPath(new URL('../../src', import.meta.url))
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('encoders'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && new RegExp(`\\b${type}\\b`).test(line)),
    )
    .map((file) => relative(source, file))
    .sort()
}

it('is what a type is added to, besides its encoder, as CONTRIBUTING says', () => {
  expect(sourcesThatName('BIT')).toEqual([
    // How it is read.
    'main/decode/create-vector-decoder.ts',
    // How it is written.
    'main/encode/scalar-encoders.ts',
    'protocol/column-types.ts',
    // How it is read, and what its values take in memory.
    'worker/read/item-reader.ts',
    'worker/read/value-bytes.ts',
  ])
})
