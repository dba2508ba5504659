import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import { vectorSizes } from '../../support/vector-sizes.js'

/** An encoder of one nullable JSON column, and the batch that it writes to. */
function createEncoder(name: string): { encoder: RowEncoder; batch: Batch } {
  const layout = layOutBatch(vectorSizes([16]), 64)
  const batch = new Batch(new ArrayBuffer(layout.heapOffset + 4096), layout)
  const encoder = new RowEncoder([{ name, type: { name: 'JSON' }, notNull: false, hasDefault: false }])
  encoder.attach(batch)
  return { encoder, batch }
}

describe('RowEncoder', () => {
  it.each(['constructor', 'toString', '__proto__'])(
    'takes nothing for the column %s from what every object inherits',
    (name) => {
      const { encoder, batch } = createEncoder(name)
      expect(encoder.encode({})).toBeUndefined()
      expect(batch.finish().nullVectors).toEqual([0])
      const own = createEncoder(name)
      expect(own.encoder.encode(JSON.parse(`{"${name}": 5}`))).toBeUndefined()
      expect(own.batch.finish().nullVectors).toEqual([])
    },
  )

  it('turns a revoked proxy into a rejection', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(createEncoder('c').encoder.encode(proxy)).toMatchObject({ code: 'serialize' })
  })
})
