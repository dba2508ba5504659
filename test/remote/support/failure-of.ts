import { PersistenceError } from 'duckpaddle'
import { expect } from 'vitest'

/** What a call rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<PersistenceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(PersistenceError)
  return error as PersistenceError
}
