import type { Contender } from '../contenders/contender.js'
import { makeRecord } from '../shapes/key-value.js'

/**
 * Reads a file and throws unless its entries are the records 0 to `count` - 1, each once and as it must be: what is not there afterwards
 * was not measured.
 *
 * @param versionOf - Which version of a record was the last to be written.
 * @returns How many there are.
 */
export async function verifyRecords(
  { entries }: Pick<Contender, 'entries'>,
  path: string,
  count: number,
  versionOf: (id: number) => number,
): Promise<number> {
  const seen = new Uint8Array(count)
  let found = 0
  if (entries === undefined) throw new Error('Expected a contender that keeps records')
  for await (const [key, text] of entries(path)) {
    const id = Number(key.slice('user:'.length))
    if (seen[id] !== 0) throw new Error(`Expected ${count} records, found ${key} besides`)
    seen[id] = 1
    found++
    const record = makeRecord(id, versionOf(id))
    const expected = JSON.stringify(record.value)
    if (key !== record.key || text !== expected) {
      throw new Error(`Expected ${record.key} to be ${expected}, found ${key} to be ${text}`)
    }
  }
  if (found !== count) throw new Error(`Expected ${count} records, found ${found}`)
  return found
}
