import { expect, it } from 'vitest'
import { Deferred } from '../../../src/sync/deferred.js'

it('its promise settles once, by whichever of its functions is called first, on their own', async () => {
  const resolved = new Deferred<number>()
  const { resolve } = resolved
  resolve(1)
  resolved.reject(new Error('late'))
  expect(await resolved.promise).toBe(1)
  const rejected = new Deferred<number>()
  const { reject } = rejected
  reject(new Error('no'))
  rejected.resolve(1)
  await expect(rejected.promise).rejects.toThrow('no')
})

it('it waits for a promise that it is resolved with', async () => {
  const [outer, inner] = [new Deferred<string>(), new Deferred<string>()]
  outer.resolve(inner.promise)
  outer.resolve('late')
  inner.reject(new Error('inner'))
  await expect(outer.promise).rejects.toThrow('inner')
})
