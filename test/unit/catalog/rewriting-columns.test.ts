import { describe, expect, it } from 'vitest'
import { findRewritingColumns, namesInSelect } from '../../../src/worker/catalog/rewriting-columns.js'
import type { Check, ForeignKey, Unique } from '../../../src/worker/catalog/table-metadata.js'

const columns = ['a', 'b', 'c', 'D']

const check = (...names: string[]): Check => ({
  code: 'check',
  text: '',
  columns: names,
  condition: '',
  volatileCondition: '',
})
const unique = (...names: string[]): Unique => ({
  code: 'unique',
  text: '',
  columns: names,
  expressions: names,
})
const foreignKey = (...names: string[]): ForeignKey => ({
  code: 'foreign-key',
  text: '',
  columns: names,
  referencedTable: 't',
  referencedColumns: names,
})

/** Of an expression that is a sum of names; one in parentheses cannot be looked into. */
const namesIn = (expression: string) => (expression.startsWith('(') ? undefined : expression.split('+'))

const nothing = { columns, generated: [], checks: [], foreignKeys: [], uniques: [], indexed: [] }

describe('the columns that DuckDB does not change in place', () => {
  it.each([
    ['none of a table without an index', {}, []],
    ['those of unique constraints', { uniques: [unique('c', 'a'), unique('b')] }, ['a', 'b', 'c']],
    ['those of FOREIGN KEYs', { foreignKeys: [foreignKey('b')] }, ['b']],
    ['those of any index, in whatever case', { indexed: ['d', 'A'] }, ['a', 'D']],
    ['those that an indexed expression names', { indexed: ['a+c'] }, ['a', 'c']],
    ['all, where an indexed expression cannot be looked into', { indexed: ['(a)'] }, columns],
    [
      'those that an indexed generated column is made of, also by way of another one',
      {
        indexed: ['g'],
        generated: [
          { name: 'G', expression: 'h+a' },
          { name: 'h', expression: 'd+g' },
          { name: 'i', expression: 'b' },
        ],
      },
      ['a', 'D'],
    ],
    [
      'all, where a CHECK is on one of them and another column',
      { indexed: ['a'], checks: [check('a', 'b')] },
      columns,
    ],
    [
      'no others, where a CHECK is on one of them alone',
      { indexed: ['a'], checks: [check('a', 'a')] },
      ['a'],
    ],
    ['no others, where a CHECK is on others', { indexed: ['a'], checks: [check('b', 'c')] }, ['a']],
  ])('are %s', (_, table, found) => {
    expect(findRewritingColumns({ ...nothing, ...table }, namesIn)).toEqual(found)
  })
})

describe('namesInSelect', () => {
  it('finds every part of every name, however deep', () => {
    const tree = {
      error: false,
      statements: [
        {
          node: {
            select_list: [{ column_names: ['t', 'a'] }, { children: [{ column_names: ['b'] }, null] }],
          },
        },
      ],
    }
    expect(namesInSelect(JSON.stringify(tree))).toEqual(['t', 'a', 'b'])
  })

  it.each(['{"error":true,"column_names":["a"]}', '{}', 'null', '[]', '"a"'])(
    'knows nothing of %s',
    (tree) => {
      expect(namesInSelect(tree)).toBeUndefined()
    },
  )
})
