const shared = { a: 1 }

/** Values that are kept as they are. */
export const plainValues: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['zero', 0],
  ['a negative fraction', -1.5],
  ['the largest number', Number.MAX_VALUE],
  ['the smallest number', Number.MIN_VALUE],
  ['an integer beyond 2^53', 2 ** 60],
  ['an empty string', ''],
  ['a string of several scripts', 'Zürich, 東京, مرحبا, 👩‍👩‍👧, \u2028\uFEFF'],
  ['a string with NUL', 'a\0b\0'],
  ['a string of control characters, quotes and backslashes', '\x01\x1f\x7f"\'\\n\\u0000\n'],
  ['a string that reads like JSON', '{"a":[null]}'],
  ['a string of 100,000 characters', 'é'.repeat(100_000)],
  ['true', true],
  ['false', false],
  ['an empty array', []],
  ['an array of everything', [null, 1, 'two', false, [], {}, [[3]]]],
  ['an empty object', {}],
  ['a nested object', { a: { b: [{ c: null }, 'd'] }, 'key with "quotes"': 1, '': 2, 'ü\0': 3 }],
  ['an object that has an own __proto__', JSON.parse('{"__proto__":{"a":1},"constructor":2}')],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['bytes', new Uint8Array([0, 1, 127, 128, 255])],
  ['no bytes', new Uint8Array()],
  ['an object that looks like bytes in the database', { $duckpaddle: { bytes: 'AQID' } }],
  ['one object in two places', [shared, { again: shared }]],
  ['an array 500 levels deep', nest(500)],
]

function nest(levels: number): unknown {
  let value: unknown = 'core'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

/** Values that JSON makes something else of, and what. */
export const changedValues: readonly (readonly [name: string, value: unknown, kept: unknown])[] = [
  ['a Date', new Date(86_400_000), '1970-01-02T00:00:00.000Z'],
  ['nested Dates', { a: [new Date(0)] }, { a: ['1970-01-01T00:00:00.000Z'] }],
  ['an object with undefined properties', { a: undefined, b: { c: undefined, d: 1 } }, { b: { d: 1 } }],
  ['an object with toJSON', { toJSON: () => ({ made: true }) }, { made: true }],
  ['a nested object with toJSON', [{ toJSON: () => 'made' }], ['made']],
  ['a Buffer', Buffer.from([1, 2]), new Uint8Array([1, 2])],
  ['a nested Buffer', [Buffer.from([1, 2])], [{ type: 'Buffer', data: [1, 2] }]],
]

const circular: Record<string, unknown> = { a: 1 }
circular.self = { circular }

/** Values that JSON has no place for. */
export const refusedValues: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a BigInt', 1n],
  ['an object that contains itself', circular],
  ['an array that contains itself', circularArray()],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a Map', new Map([['a', 1]])],
  ['a Set', new Set([1])],
  ['a WeakMap', new WeakMap()],
  ['a Promise', Promise.resolve(1)],
  ['a RegExp', /a/],
  ['an Error', new Error('e')],
  ['bytes of another kind', new Uint8ClampedArray(2)],
  ['a boxed string', Object('a')],
  ['a lone surrogate', 'a\ud800'],
  ['an invalid Date', new Date(Number.NaN)],
  ['undefined in an array', [undefined]],
  ['an array with a hole', Object.assign(new Array(2), { 1: 1 })],
  ['a nested function', { a: () => 1 }],
  ['a nested symbol', { a: [Symbol('s')] }],
  ['a nested BigInt', [[1n]]],
  ['a nested NaN', { a: [Number.NaN] }],
  ['a nested Infinity', [{ a: Number.POSITIVE_INFINITY }]],
  ['a nested Map', { a: new Map() }],
  ['nested bytes', { a: new Uint8Array(2) }],
  ['a nested Set', [new Set()]],
  ['a nested lone surrogate', { a: ['\udc00b'] }],
  ['a nested invalid Date', [new Date(Number.NaN)]],
  ['an object whose toJSON throws', throwing('toJSON')],
  ['a nested object whose toJSON throws', { a: [throwing('toJSON')] }],
  ['an object whose toJSON returns undefined', { toJSON: () => undefined }],
  ['an object whose toJSON returns a BigInt', { toJSON: () => 1n }],
  ['an object whose getter throws', throwing('get')],
  ['an array 20,000 levels deep', nest(20_000)],
]

function circularArray(): unknown[] {
  const array: unknown[] = [1]
  array.push([array])
  return array
}

function throwing(how: 'toJSON' | 'get'): object {
  const fail = () => {
    throw new Error('thrown on purpose')
  }
  return how === 'toJSON' ? { toJSON: fail } : Object.defineProperty({}, 'a', { get: fail, enumerable: true })
}

export const badKeys: readonly (readonly [name: string, key: unknown])[] = [
  ['a number', 1],
  ['a lone surrogate', 'k\ud800'],
  ['undefined', undefined],
  ['null', null],
  ['an object', {}],
  ['a boxed string', Object('a')],
]
