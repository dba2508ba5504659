import { beforeEach, expect, it } from 'vitest'
import { Dependents } from '../../../src/main/scheduling/dependents.js'

let log: string[]
let dependents: Dependents
beforeEach(() => {
  log = []
  dependents = new Dependents()
})

function add(name: string, problem?: string) {
  const dependent = {
    saveLast: async () => {
      log.push(`${name} saves`)
      await Promise.resolve()
      if (problem !== undefined) throw new Error(problem)
    },
    reopen: () => {
      log.push(`${name} opens`)
    },
    release: async () => {
      await Promise.resolve()
      log.push(`${name} ends`)
    },
  }
  dependents.add(dependent)
  return dependent
}

it('they are all saved before the first of them is released', async () => {
  add('a')
  add('b')
  await dependents.close()
  expect(log).toEqual(['a saves', 'b saves', 'a ends', 'b ends'])
})

it('all stay open where some cannot save, and the first problem is reported', async () => {
  add('a')
  add('b', 'b is full')
  add('c', 'c is full')
  await expect(dependents.close()).rejects.toThrow('b is full')
  expect(log).toEqual(['a saves', 'b saves', 'c saves', 'a opens', 'b opens', 'c opens'])
})

it('one that has left is asked for nothing, and one that comes meanwhile has its own turn', async () => {
  const gone = add('gone', 'lost')
  dependents.delete(gone)
  add('a')
  const closed = dependents.close()
  add('late')
  await closed
  expect(log).toEqual(['a saves', 'a ends'])
})
