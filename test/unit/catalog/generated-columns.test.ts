import { expect, it } from 'vitest'
import { inOrderOfNeed } from '../../../src/worker/catalog/generated-columns.js'

/** Of an expression that is a sum of names; an empty one cannot be looked into. */
const namesIn = (expression: string) => (expression === '' ? undefined : expression.split('+'))

const column = (name: string, expression: string) => ({ name, expression })

it.each([
  ['columns that need none stay in their order', [column('b', 'x'), column('a', 'y')], ['b', 'a']],
  ['one that is needed comes first', [column('a', 'x+b'), column('b', 'y')], ['b', 'a']],
  ['names are the same in any case', [column('a', 'B'), column('b', 'x')], ['b', 'a']],
  [
    'what is needed by what is needed comes before both, and each once',
    [column('a', 'b+c'), column('b', 'c'), column('c', 'd'), column('d', 'x')],
    ['d', 'c', 'b', 'a'],
  ],
  ['one whose expression is not known has its place', [column('a', ''), column('b', 'a')], ['a', 'b']],
  ['what seems to be a circle ends', [column('a', 'b'), column('b', 'a'), column('c', 'c')], ['b', 'a', 'c']],
])('of generated columns, %s', (_, generated, names) => {
  expect(inOrderOfNeed(generated, namesIn).map(({ name }) => name)).toEqual(names)
})
