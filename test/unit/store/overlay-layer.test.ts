import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Change, Layer } from '../../../src/main/store/layer.js'
import { Memtable } from '../../../src/main/store/memtable.js'
import { OverlayLayer } from '../../../src/main/store/overlay-layer.js'
import { generatedCases } from '../../support/generated-cases.js'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const change: fc.Arbitrary<Change<number>> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('set' as const), key, value: fc.nat({ max: 99 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.constant({ type: 'clear' as const }) },
)
const changes = fc.array(change, { maxLength: 8 })

function contentOf(layer: Layer<number>) {
  return {
    size: layer.size,
    values: [...'abcde'].map((name) => [layer.has(name), layer.get(name)]),
    entries: [...layer.snapshot()].sort(([left], [right]) => (left < right ? -1 : 1)),
  }
}

it('it reads as if its changes were made, which they are not until its list of them is applied', () => {
  fc.assert(
    fc.property(changes, changes, changes, (before, inside, inner) => {
      const [base, model] = [new Memtable<number>(), new Memtable<number>()]
      for (const layer of [base, model]) layer.apply(before)
      const untouched = contentOf(base)
      const overlay = new OverlayLayer(base)
      const upper = new OverlayLayer(overlay)
      overlay.apply(inside)
      upper.apply(inner)
      model.apply(inside)
      expect(contentOf(overlay)).toEqual(contentOf(model))
      model.apply(inner)
      expect(contentOf(upper)).toEqual(contentOf(model))
      expect(contentOf(base)).toEqual(untouched)
      overlay.apply(upper.changes())
      base.apply(overlay.changes())
      expect(contentOf(base)).toEqual(contentOf(model))
    }),
    generatedCases(60),
  )
})

it('a snapshot of it has what it had, whatever changes while it is walked through', () => {
  const base = new Memtable<number>()
  base.apply([
    { type: 'set', key: 'a', value: 1 },
    { type: 'set', key: 'b', value: 2 },
  ])
  const overlay = new OverlayLayer(base)
  overlay.apply([
    { type: 'set', key: 'c', value: 3 },
    { type: 'delete', key: 'a' },
  ])
  const walk = overlay.snapshot()
  const seen = [walk.next().value]
  overlay.apply([{ type: 'clear' }])
  base.apply([{ type: 'set', key: 'd', value: 4 }])
  seen.push(...walk)
  expect(seen).toEqual([
    ['b', 2],
    ['c', 3],
  ])
})

it('a value that is undefined is not a deletion', () => {
  const overlay = new OverlayLayer(new Memtable<undefined>())
  overlay.apply([{ type: 'set', key: 'a', value: undefined }])
  expect([overlay.has('a'), overlay.size, [...overlay.changes()]]).toEqual([
    true,
    1,
    [{ type: 'set', key: 'a', value: undefined }],
  ])
})
