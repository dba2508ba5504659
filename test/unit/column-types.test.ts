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
