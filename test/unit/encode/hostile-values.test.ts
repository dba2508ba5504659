import { describe, expect, it } from 'vitest'
import { Batch } from '../../../src/main/encode/batch.js'
import { RowEncoder } from '../../../src/main/encode/row-encoder.js'
import { layOutBatch } from '../../../src/protocol/batch-layout.js'
import { type PlainColumnType, valueBytes } from '../../../src/protocol/column-type.js'
import { cpuMsOf } from '../../support/cpu-time.js'
import { vectorSizes } from '../../support/vector-sizes.js'

const heapBytes = 64

/** Encodes one value; what is in the batch afterwards, with a guard of zeros behind the value's region. */
function encode(name: PlainColumnType['name'], value: unknown) {
  const type = { name } as const
  const layout = layOutBatch(vectorSizes([valueBytes(type), 8]), 2)
  const batch = new Batch(new ArrayBuffer(layout.heapOffset + heapBytes), layout)
  const columns = [
    { name: 'a', type, notNull: false, hasDefault: false },
    { name: 'b', type: { name: 'BIGINT' } as const, notNull: false, hasDefault: false },
  ]
  const encoder = new RowEncoder(columns)
  encoder.attach(batch)
  const outcome = encoder.encode({ a: value, b: 0x1122334455667788n })
  const { bytes, int32, bigint64 } = batch
  const [at = 0, other = 0] = layout.valueOffsets
  return {
    outcome,
    length: int32[at / 4],
    inline: [...bytes.subarray(at + 4, at + 16)],
    heap: [...bytes.subarray(layout.heapOffset, layout.heapOffset + batch.heapBytes)],
    word: bigint64[at / 8],
    neighbour: bigint64[other / 8],
  }
}

function liar(bytes: number[], lies: Record<string, unknown>): Uint8Array {
  const view = Uint8Array.from(bytes)
  for (const [name, value] of Object.entries(lies)) Object.defineProperty(view, name, { value })
  return view
}

/** As TypeScript does not know of yet. */
function growable<Made>(Made: new (bytes: number) => Made, bytes: number): Made {
  return Reflect.construct(Made, [bytes, { maxByteLength: 64 }])
}

class Subclass extends Uint8Array {
  override get byteLength(): number {
    return -1
  }
  override get length(): number {
    return 1e9
  }
  override get byteOffset(): number {
    return -8
  }
}

describe('a BLOB', () => {
  const long = Array.from({ length: 20 }, (_, index) => index)
  const lies = [-1, -2_147_483_648, 0, 1, 1e9, Number.NaN, 2.5, '5', {}, undefined, 7n]

  it.each(lies)('is the bytes that it has, whatever it says: %s', (lie) => {
    for (const name of ['byteLength', 'length', 'byteOffset', 'buffer']) {
      const short = encode('BLOB', liar([1, 2, 3], { [name]: lie }))
      expect(short).toMatchObject({ outcome: undefined, length: 3, heap: [], neighbour: 0x1122334455667788n })
      expect(short.inline.slice(0, 4)).toEqual([1, 2, 3, 0])
      expect(encode('BLOB', liar(long, { [name]: lie }))).toMatchObject({ length: 20, heap: long })
    }
  })

  it('of a class with getters of its own is the bytes that it has', () => {
    expect(encode('BLOB', new Subclass(long))).toMatchObject({ outcome: undefined, length: 20, heap: long })
  })

  it('whose set, slice or iterator is another is the bytes that it has', () => {
    const lies = { set: null, subarray: null, [Symbol.iterator]: null }
    expect(encode('BLOB', liar(long, lies))).toMatchObject({ outcome: undefined, heap: long })
  })

  it('over a buffer that can grow is what it has now', () => {
    const buffer = growable(ArrayBuffer, 16)
    const [tracking, fixed] = [new Uint8Array(buffer), new Uint8Array(buffer, 4, 8)]
    ;(buffer as unknown as { resize(bytes: number): void }).resize(40)
    expect(encode('BLOB', tracking)).toMatchObject({ outcome: undefined, length: 40 })
    expect(encode('BLOB', fixed)).toMatchObject({ outcome: undefined, length: 8 })
    ;(buffer as unknown as { resize(bytes: number): void }).resize(2)
    expect(encode('BLOB', tracking)).toMatchObject({ outcome: undefined, length: 2 })
    expect(encode('BLOB', fixed).outcome).toMatchObject({ code: 'type' })
    const shared = growable(SharedArrayBuffer, 8)
    const view = new Uint8Array(shared)
    ;(shared as unknown as { grow(bytes: number): void }).grow(24)
    expect(encode('BLOB', view)).toMatchObject({ outcome: undefined, length: 24 })
  })

  it('whose buffer was transferred is refused, not empty', () => {
    const view = Uint8Array.from(long)
    structuredClone(view.buffer, { transfer: [view.buffer] })
    expect(encode('BLOB', view).outcome).toMatchObject({ code: 'type', column: 'a' })
  })

  it('that is a proxy, or only looks like bytes, is refused', () => {
    for (const value of [new Proxy(new Uint8Array(3), {}), Object.create(Uint8Array.prototype), [1, 2]]) {
      expect(encode('BLOB', value).outcome).toMatchObject({ code: 'type' })
    }
  })
})

describe('a Date', () => {
  const lies = [Number.NaN, 1e300, '5', 7n, {}, null]

  it.each(lies)('is the time that it has, whatever it says: %s', (lie) => {
    for (const name of ['TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMPTZ', 'DATE', 'TIME'] as const) {
      const ms = name === 'TIME' ? 1000 : 86_400_000
      const methods = ['getTime', 'valueOf', 'toISOString', 'toJSON', Symbol.toPrimitive]
      const date = new Date(ms)
      for (const method of methods) Object.defineProperty(date, method, { value: () => lie })
      expect(encode(name, date)).toEqual(encode(name, new Date(ms)))
    }
  })

  it('that is refused is named by what it has', () => {
    const date = new Date(1)
    date.toISOString = () => {
      throw new Error('toISOString')
    }
    expect(encode('DATE', date).outcome).toMatchObject({
      code: 'range',
      message: expect.stringContaining('1970-01-01T00:00:00.001Z'),
    })
    expect(encode('TIMESTAMP', Object.create(Date.prototype)).outcome).toMatchObject({ code: 'type' })
  })
})

describe('a bigint of four million digits', () => {
  const huge = 10n ** 4_000_000n

  it.each<PlainColumnType['name']>([
    'TINYINT',
    'BIGINT',
    'UBIGINT',
    'HUGEINT',
    'DOUBLE',
    'DATE',
    'TIME',
    'TIMESTAMP',
    'INTERVAL',
    'VARCHAR',
    'BIT',
    'BOOLEAN',
  ])('is refused as %s without being written out', (name) => {
    const cpuMs = cpuMsOf(() => {
      for (const value of [huge, -huge]) expect(encode(name, value).outcome).toMatchObject({ column: 'a' })
    })
    // Written out in full, each takes 700 ms and more.
    expect(cpuMs).toBeLessThan(500)
  })
})

describe('a text of a million characters', () => {
  const names = [
    'DATE',
    'TIME',
    'TIMESTAMP',
    'TIMESTAMP_NS',
    'INTERVAL',
    'UUID',
    'BLOB',
    'BIT',
    'INTEGER',
  ] as const
  const parts = [' ', '1', '0', '-', '+', '.', ':', 'P', 'T', 'P1Y', '1,', "'", '2024-01-01', '00:00:00.0']

  it.each(names)('is refused as %s in time that grows with it', (name) => {
    const cpuMs = cpuMsOf(() => {
      for (const part of parts) {
        for (const start of ['', 'P', '2024-01-01T00:00:00.']) {
          const text = start + part.repeat(1e6 / part.length)
          expect(encode(name, `${text}x`).outcome).toMatchObject({
            column: 'a',
            code: expect.stringMatching('type|range'),
          })
        }
      }
    })
    // Time in proportion to the square would be hours.
    expect(cpuMs).toBeLessThan(5000)
  })
})

describe('a row', () => {
  it('does not have what others have added to every object, then or later', () => {
    const layout = layOutBatch(vectorSizes([16, 4]), 8)
    const encoder = new RowEncoder([
      { name: 'kind', type: { name: 'VARCHAR' }, notNull: false, hasDefault: false },
      { name: 'n', type: { name: 'INTEGER' }, notNull: false, hasDefault: false },
    ])
    const prototype = Object.prototype as unknown as Record<string, unknown>
    class Kind {
      get kind() {
        return 'own'
      }
    }
    try {
      prototype.kind = 'x'
      const batch = new Batch(new ArrayBuffer(layout.heapOffset + 4096), layout)
      encoder.attach(batch)
      encoder.lookAtPrototype()
      for (const row of [
        { n: 1 },
        { kind: 'x', n: 2 },
        { n: 3, kind: 'y' },
        Object.assign(new Kind(), { n: 4 }),
      ])
        expect(encoder.encode(row)).toBeUndefined()
      expect(encoder.encode({})).toBeUndefined()
      const { bytes } = batch
      const valid = Array.from({ length: 5 }, (_, row) => ((bytes[0] ?? 0) >> row) & 1)
      expect(valid).toEqual([0, 1, 1, 1, 0])
    } finally {
      delete prototype.kind
    }
  })

  it('with an INTERVAL has the parts of its own', () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>
    try {
      prototype.months = 5
      prototype.code = 'range'
      expect(encode('INTERVAL', { days: 3 })).toMatchObject({ outcome: undefined, word: 3n << 32n })
    } finally {
      delete prototype.months
      delete prototype.code
    }
  })
})
