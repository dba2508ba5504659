import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { copyStatement } from '../../../src/main/read/query-parameters.js'

function copy(value: unknown): unknown {
  const { parameters = [] } = copyStatement('SELECT ?', [value])
  return (parameters as readonly unknown[])[0]
}

const deep = (levels: number, wrap: (inner: unknown) => unknown) => {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}
function detached<Kind extends Uint8Array | Float64Array>(array: Kind): Kind {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] })
  return array
}
const circle: unknown[] = [1]
circle.push({ circle })
class Point {
  x = 1
}

describe('a parameter that is copied', () => {
  it('keeps numbers of an array as memory, and of a typed array its kind', () => {
    const numbers = [-0, Number.NaN, ...new Array(20).fill(0.5)]
    expect(copy(numbers)).toEqual({ kind: 'numbers', values: new Float64Array(numbers), isTyped: false })
    expect(copy([1, -0])).toEqual({ kind: 'list', values: [1, -0] })
    expect(copy([...numbers, null])).toEqual({ kind: 'list', values: [...numbers, null] })
    const given = new Int16Array([1, 2, 3]).subarray(1)
    const copied = copy(given)
    expect(copied).toEqual({ kind: 'numbers', values: new Int16Array([2, 3]), isTyped: true })
    given[0] = 9
    expect(copied).toMatchObject({ values: new Int16Array([2, 3]) })
    class Odd extends Float32Array {
      override get length(): number {
        return 1_000_000
      }
      override get [Symbol.toStringTag]() {
        return 'Int8Array' as never
      }
    }
    expect(copy(new Odd([0.5]))).toMatchObject({ values: new Float32Array([0.5]) })
    expect(copy(new Float64Array(new SharedArrayBuffer(8)))).toMatchObject({ values: new Float64Array(1) })
  })

  it('keeps arrays, Maps and plain objects of any realm, without what is undefined', () => {
    expect(copy([])).toEqual({ kind: 'list', values: [] })
    expect(copy([1, 'a', null])).toEqual({ kind: 'list', values: [1, 'a', null] })
    expect(copy({ a: 1, b: undefined, c: { d: 'x' } })).toEqual({
      kind: 'struct',
      names: ['a', 'c'],
      values: [1, { kind: 'struct', names: ['d'], values: ['x'] }],
    })
    expect(copy(new Map<unknown, unknown>([[1n, [null]]]))).toEqual({
      kind: 'map',
      keys: [1n],
      values: [{ kind: 'list', values: [null] }],
    })
    expect(copy(runInNewContext("({ a: [new Map([['k', 1]]), new Date(5)] })"))).toEqual({
      kind: 'struct',
      names: ['a'],
      values: [{ kind: 'list', values: [{ kind: 'map', keys: ['k'], values: [1] }, new Date(5)] }],
    })
    expect(copy(Object.create(null, { a: { value: 1, enumerable: true }, b: { value: 2 } }))).toMatchObject({
      names: ['a'],
    })
    const shared = { a: 1 }
    expect(copy([shared, shared])).toMatchObject({ values: [{ names: ['a'] }, { names: ['a'] }] })
  })

  it('is read once', () => {
    const reads: PropertyKey[] = []
    const spy = <Kind extends object>(target: Kind) =>
      new Proxy(target, {
        get(object, name, receiver) {
          reads.push(name)
          return Reflect.get(object, name, receiver)
        },
      })
    copy(spy([1, 'a', spy({ b: 1 })]))
    expect(reads.sort()).toEqual(['0', '1', '2', 'b', 'length'])
  })

  it('may be 100 levels deep, and of many values', () => {
    expect(copy(deep(100, (inner) => [inner]))).toMatchObject({ kind: 'list' })
    expect(copy(new Float64Array(5_000_000))).toMatchObject({ kind: 'numbers' })
    expect(copy(new Array(1_000_000).fill('a'))).toMatchObject({ kind: 'list' })
  })
})

describe('a parameter that is refused', () => {
  it.each([
    // biome-ignore lint/suspicious/noSparseArray: that is what this is about
    ['a hole', [1, , 2], TypeError, 'parameter 0[1] to be', 'got undefined'],
    ['undefined', [1, undefined], TypeError, 'parameter 0[1] to be', 'got undefined'],
    ['a function', { f: () => 1 }, TypeError, 'parameter 0.f to be', 'got function'],
    ['a symbol', [[Symbol('s')]], TypeError, 'parameter 0[0][0] to be', 'got symbol'],
    ['a RegExp', { 'a b': [/x/] }, TypeError, 'parameter 0["a b"][0] to be', 'got RegExp'],
    ['a Promise', [Promise.resolve(1)], TypeError, 'parameter 0[0] to be', 'got Promise'],
    ['a Set', [new Set([1])], TypeError, 'parameter 0[0] to be', 'got Set'],
    ['an Error', new Error('x'), TypeError, 'parameter 0 to be', 'got Error'],
    ['an instance', [new Point()], TypeError, 'parameter 0[0] to be', 'got Point'],
    ['a boxed number', [Object(1)], TypeError, 'parameter 0[0] to be', 'got Number'],
    ['an ArrayBuffer', [new ArrayBuffer(8)], TypeError, 'parameter 0[0] to be', 'got ArrayBuffer'],
    ['a DataView', [new DataView(new ArrayBuffer(8))], TypeError, 'parameter 0[0] to be', 'got DataView'],
    ['a circle', circle, TypeError, 'parameter 0[1].circle to be', 'does not contain itself'],
    ['too many levels', deep(101, (inner) => [inner]), RangeError, '[0][0][0] to be', '100 levels'],
    ['objects too deep', deep(1e5, (a) => ({ a })), RangeError, '.a.a.a to be', '100 levels'],
    ['a lone surrogate', { a: ['\ud800'] }, RangeError, 'parameter 0.a[0] to be', 'surrogates'],
    ['a surrogate name', { a: [{ '\ud800': 1 }] }, RangeError, 'parameter 0.a[0] to be', 'surrogates'],
    ['an invalid Date', [[new Date(Number.NaN)]], RangeError, 'parameter 0[0][0] to be', 'valid Date'],
    ['detached bytes', [detached(new Uint8Array(8))], TypeError, 'parameter 0[0] to be', 'buffer'],
    ['detached numbers', detached(new Float64Array(8)), TypeError, 'parameter 0 to be', 'buffer'],
    ['a large bigint', [1n, 2n ** 128n], RangeError, 'parameter 0[1] to be', '128 bits'],
    ['a value of a Map', new Map([['k', () => 1]]), TypeError, 'parameter 0.k to be', 'got function'],
    [
      'a key of a Map',
      new Map<unknown, number>([
        [{}, 1],
        [/x/, 2],
      ]),
      TypeError,
      'parameter 0[1] to be',
      'got RegExp',
    ],
    ['undefined in a Map', new Map([['k', undefined]]), TypeError, 'parameter 0.k to be', 'got undefined'],
    ['many numbers', new Float32Array(5_000_001), RangeError, '5000000 numbers', ''],
    ['many texts', new Array(1_000_001).fill('a'), RangeError, '1000000 values', ''],
    ['a tree of shared parts', deep(60, (inner) => [inner, inner]), RangeError, '1000000 ', ''],
  ])('names where it is: %s', (_, value, kind, path, reason) => {
    let error: unknown
    try {
      copy(value)
    } catch (cause) {
      error = cause
    }
    expect(error).toBeInstanceOf(kind)
    expect(String(error)).toContain(path)
    expect(String(error)).toContain(reason)
  })

  it('by its name, where it has one', () => {
    expect(() => copyStatement('SELECT $tags', { $tags: [1, [undefined]] })).toThrow(
      'parameter `$tags`[1][0] to be',
    )
  })

  it('throws what its own code throws', () => {
    const oops = new Error('oops')
    const fail = () => {
      throw oops
    }
    const hostile = [
      {
        get a() {
          return fail()
        },
      },
      new Proxy({}, { ownKeys: fail }),
      new Proxy({}, { getPrototypeOf: fail }),
      new Proxy([1], { get: fail }),
    ]
    for (const value of hostile) expect(() => copy([value])).toThrow(oops)
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    expect(() => copy([proxy])).toThrow(TypeError)
  })

  it('has a length of its own making', () => {
    const endless = new Proxy(['a'], { get: (_, name) => (name === 'length' ? 2 ** 53 : 'a') })
    expect(() => copy(endless)).toThrow(RangeError)
    expect(copy(new Proxy([1], { get: (_, name) => (name === 'length' ? 'two' : 1) }))).toEqual({
      kind: 'list',
      values: [],
    })
  })
})
