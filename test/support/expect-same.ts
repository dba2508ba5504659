import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'

/** Like `toEqual()`, which takes seconds for what is large, and which says what differs where something does. */
export function expectSame(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected)
}
