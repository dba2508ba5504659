/** Drawn anew in each process, so that nobody can choose keys that have the same hash. */
const seed = Math.floor(Math.random() * 2 ** 32)

/** 32 bits of all characters of a key: FNV-1a, whose bits are mixed in the end as those of MurmurHash3. */
export function hashKey(key: string): number {
  let hash = seed
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
