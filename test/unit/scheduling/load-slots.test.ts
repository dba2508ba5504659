import { expect, it } from 'vitest'
import { Cancellation } from '../../../src/main/scheduling/cancellation.js'
import { LoadSlots } from '../../../src/main/scheduling/load-slots.js'

const turn = () => new Promise(setImmediate)

it('lets so many in at a time, and the others in their order; one that gives up has no slot', async () => {
  const slots = new LoadSlots(2)
  const log: string[] = []
  const take = (name: string, cancellation = new Cancellation()) =>
    slots
      .take((taken) => cancellation.guard(taken))
      .then(
        () => log.push(name),
        () => log.push(`${name} gives up`),
      )
  const cancellation = new Cancellation()
  const all = [take('a'), take('b'), take('c', cancellation), take('d')]
  await turn()
  expect(log).toEqual(['a', 'b'])
  cancellation.cancel(new Error('enough'))
  slots.giveBack()
  await Promise.all(all)
  expect(log).toEqual(['a', 'b', 'c gives up', 'd'])
  slots.giveBack()
  slots.giveBack()
  await Promise.all([take('e'), take('f')])
  expect(log.slice(4)).toEqual(['e', 'f'])
})

it('passes a slot on that is given to one which is cancelled in the same turn', async () => {
  const slots = new LoadSlots(1)
  await slots.take((taken) => taken)
  const cancellation = new Cancellation()
  const given = slots.take((taken) => cancellation.guard(taken))
  slots.giveBack()
  cancellation.cancel(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  await slots.take((taken) => taken)
})
