import { describe, expect, it } from 'vitest'
import { copyTargets } from '../../src/worker/read/copy-targets.js'
import { splitWithStrings } from '../../src/worker/sql/sql-words.js'

describe('splitWithStrings()', () => {
  it.each([
    ["SELECT 'a', 'it''s', ''", ['a', "it's", '']],
    [`SELECT "not 'this'", 'this'`, ['this']],
    ["-- 'not this'\nSELECT /* 'nor this' */ 'this'", ['this']],
    [String.raw`SELECT E'a\tb\x41\u0042\U00000043\104\'\\', e'c'`, ["a\tbABCD'\\", 'c']],
    ["SELECT $$a 'b' c$$, $x$ $$ $x$, $1", ["a 'b' c", ' $$ ']],
  ])('reads the strings of %s', (sql, values) => {
    const strings = splitWithStrings(sql)
      .flat()
      .filter(({ isString }) => isString)
    expect(strings.map(({ text }) => text)).toEqual(values)
  })
})

describe('copyTargets()', () => {
  it.each([
    ["COPY t TO 'a.csv'", ['a.csv', 'a.csv']],
    ["COPY (SELECT 'to' AS \"TO\" FROM 'b.csv') TO 'a.csv' (FORMAT csv)", ['a.csv', 'a.csv']],
    ["COPY t TO ('a' || '.csv')", ['a', 'a', '.csv', 'a.csv']],
    ["copy t to 'a.csv'; SELECT 'c'", ['a.csv', 'a.csv']],
    ["COPY t FROM 'a.csv'", []],
    ["COPY t /* /* TO */ */ TO -- 'b'\n 'a.csv'", ['a.csv', 'a.csv']],
    ['COPY "to" TO \'a.csv\'', ['a.csv', 'a.csv']],
    ["COPY t TO 'a'\n'.csv'", ['a', 'a', '.csv', 'a.csv']],
  ])('reads %s', (sql, targets) => {
    expect(copyTargets(sql)).toEqual(targets)
  })
})
