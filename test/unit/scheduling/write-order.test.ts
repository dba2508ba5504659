import { beforeEach, describe, expect, it } from 'vitest'
import { WriteOrder, type WritePlace } from '../../../src/main/scheduling/write-order.js'
import {
  anything,
  commits,
  everything,
  scopeOf,
  type WriteScope,
} from '../../../src/main/scheduling/write-scope.js'

let order: WriteOrder
let log: string[]
beforeEach(() => {
  order = new WriteOrder()
  log = []
})

function enter(name: string, scope: WriteScope): WritePlace {
  return order.enter(scope, () => log.push(name))
}

function plain(table: string, isAtHand = true): WriteScope {
  return scopeOf({ table, isChecked: false, linked: [] }, isAtHand)
}

function checked(table: string, linked: readonly string[] = []): WriteScope {
  return scopeOf({ table, isChecked: true, linked }, true)
}

describe('WriteOrder', () => {
  it('lets calls go together that cannot see each other', () => {
    enter('a', plain('a'))
    enter('a again', plain('a'))
    enter('b', checked('b'))
    enter('c', checked('c'))
    expect(log).toEqual(['a', 'a again', 'b', 'c'])
  })

  it('has calls on a table with a key go one after the other, in the order in which they came', () => {
    const places = ['1', '2', '3'].map((name) => enter(name, checked('t')))
    expect(log).toEqual(['1'])
    for (const place of places) order.leave(place)
    expect(log).toEqual(['1', '2', '3'])
    expect(order.isEmpty).toBe(true)
  })

  it('has a call on a keyed table wait for appends by those who know of no key, and they for it', () => {
    const [first, second] = [enter('append', plain('t')), enter('append 2', plain('t'))]
    const keyed = enter('keyed', checked('t'))
    enter('append 3', plain('t'))
    order.leave(first)
    expect(log).toEqual(['append', 'append 2'])
    order.leave(second)
    expect(log).toEqual(['append', 'append 2', 'keyed'])
    order.leave(keyed)
    expect(log).toEqual(['append', 'append 2', 'keyed', 'append 3'])
  })

  it('has tables that a FOREIGN KEY links wait for each other, and not two that refer to a third', () => {
    const child = enter('child', checked('child', ['parent']))
    enter('other child', checked('other', ['parent']))
    const parent = enter('parent', checked('parent', ['child', 'other']))
    expect(log).toEqual(['child', 'other child'])
    order.leave(child)
    expect(log).toEqual(['child', 'other child'])
    order.leave(parent)
    enter('child again', checked('child', ['parent']))
    expect(log).toEqual(['child', 'other child'])
  })

  it('has what may change anything wait for all, and hold all that come after it', () => {
    const [a, b] = [enter('a', plain('a')), enter('b', checked('b'))]
    const change = enter('change', everything)
    enter('c', plain('c'))
    enter('table', anything)
    order.leave(b)
    expect(log).toEqual(['a', 'b'])
    order.leave(a)
    expect(log).toEqual(['a', 'b', 'change'])
    order.leave(change)
    expect(log).toEqual(['a', 'b', 'change', 'c', 'table'])
  })

  it('has a checkpoint wait for calls whose rows are at hand, and for no others', () => {
    enter('stream', plain('a', false))
    const call = enter('call', plain('a'))
    enter('checkpoint', commits)
    expect(log).toEqual(['stream', 'call'])
    order.leave(call)
    expect(log).toEqual(['stream', 'call', 'checkpoint'])
  })

  it('has those behind a place that is given up wait for what it waited for', () => {
    const first = enter('1', checked('t'))
    const second = enter('2', checked('t'))
    enter('3', checked('t'))
    order.leave(second)
    expect(log).toEqual(['1'])
    order.leave(first)
    expect(log).toEqual(['1', '3'])
  })

  it('lets ten thousand that are given up go at once', () => {
    const first = enter('first', checked('t'))
    const places = Array.from({ length: 10_000 }, () => enter('never', checked('t')))
    enter('last', checked('t'))
    for (const place of places) order.leave(place)
    order.leave(first)
    expect(log).toEqual(['first', 'last'])
  })

  it('lets go of what stands in the way only until more is known', async () => {
    const unknown = enter('unknown', scopeOf({ table: 't', isChecked: true, linked: undefined }, true))
    enter('linked', checked('child', ['parent']))
    enter('append', plain('t'))
    enter('unlinked', checked('u'))
    enter('keyed', checked('t'))
    expect(log).toEqual(['unknown', 'unlinked'])
    order.narrow(unknown, plain('t'))
    await Promise.resolve()
    expect(log).toEqual(['unknown', 'unlinked', 'linked', 'append'])
  })

  it('lines up twenty thousand anew, of which more is known at the same time', async () => {
    const unknown = scopeOf({ table: 't', isChecked: true, linked: undefined }, true)
    const places = Array.from({ length: 20_000 }, (_, index) => enter(String(index), unknown))
    for (const place of places) order.narrow(place, plain('t'))
    await Promise.resolve()
    expect(log).toHaveLength(20_000)
    for (const place of places) order.leave(place)
    expect(order.isEmpty).toBe(true)
  })

  it('has a place that wants more go behind those that have come meanwhile, and before those that come later', () => {
    const background = enter('background', anything)
    const [first, second] = [enter('1', checked('t')), enter('2', checked('t'))]
    order.widen(background, checked('t'), () => log.push('its end'))
    const third = enter('3', checked('t'))
    enter('other', checked('u'))
    for (const place of [first, second, background, third]) order.leave(place)
    expect(log).toEqual(['background', '1', 'other', '2', 'its end', '3'])
  })

  it('has a place that wants more go behind what is under way, and before a change that waits for it', () => {
    const background = enter('background', anything)
    const call = enter('call', checked('t'))
    enter('change', everything)
    enter('later', checked('t'))
    order.widen(background, checked('t'), () => log.push('its end'))
    expect(log).toEqual(['background', 'call'])
    order.leave(call)
    expect(log).toEqual(['background', 'call', 'its end'])
    order.leave(background)
    expect(log).toEqual(['background', 'call', 'its end', 'change'])
  })

  it('has a place that wants more have it at once, where nobody is in the way', () => {
    const background = enter('background', anything)
    order.widen(background, checked('t'), () => log.push('its end'))
    enter('later', checked('t'))
    expect(log).toEqual(['background', 'its end'])
    order.leave(background)
    expect(log).toEqual(['background', 'its end', 'later'])
  })

  it('forgets a place that is given up while it waits for more', () => {
    const background = enter('background', anything)
    const call = enter('call', checked('t'))
    order.widen(background, checked('t'), () => log.push('its end'))
    enter('later', checked('t'))
    order.leave(background)
    order.leave(call)
    expect(log).toEqual(['background', 'call', 'later'])
  })

  it('knows whether what comes now would come right after a place', () => {
    const place = enter('1', plain('t'))
    expect(order.isLast(place)).toBe(true)
    enter('2', plain('t'))
    expect(order.isLast(place)).toBe(true)
    const change = enter('change', everything)
    expect(order.isLast(place)).toBe(false)
    order.leave(change)
    order.leave(place)
    expect(order.isLast(place)).toBe(false)
    const linked = enter('child', checked('child', ['parent']))
    expect(order.isLast(linked)).toBe(true)
    enter('parent', checked('parent', ['child']))
    expect(order.isLast(linked)).toBe(false)
  })
})
