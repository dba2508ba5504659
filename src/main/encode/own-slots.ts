/**
 * What bytes and dates have in themselves: a property of the same name may be anything, and change from look to look.
 * A length that is not the one that is copied would be a write beyond a batch.
 */
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype)
const getByteLength = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'byteLength')?.get as () => number
const getLength = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'length')?.get as () => number
const { getTime, toISOString } = Date.prototype
const { apply } = Reflect

/** The bytes that a view has now; none where its buffer is detached, or has shrunk too much. */
export function byteLengthOf(view: Uint8Array): number {
  return apply(getByteLength, view, [])
}

/** The numbers that a typed array has now; none where its buffer is detached, or has shrunk too much. */
export function lengthOf(view: NodeJS.TypedArray): number {
  return apply(getLength, view, [])
}

/** Milliseconds since 1970-01-01; NaN where the Date is invalid. */
export function timeOf(date: Date): number {
  return apply(getTime, date, [])
}

/** @param date - A valid one. */
export function formatDate(date: Date): string {
  return apply(toISOString, date, [])
}
