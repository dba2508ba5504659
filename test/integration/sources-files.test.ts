import { createReadStream, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline, Readable, Transform } from 'node:stream'
import type { Rows } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { holdTurn } from '../support/hold-turn.js'
import { type Identified, IdentifiedRows } from '../support/identified-rows.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const given = new IdentifiedRows()

describe('files that rows come from', () => {
  const descriptors = () => readdirSync('/proc/self/fd').length

  function file(): string {
    const name = join(folder, 'rows.ndjson')
    writeFileSync(name, '{"id":1}\n'.repeat(20_000))
    return name
  }

  const parser = () =>
    new Transform({
      readableObjectMode: true,
      transform: (_chunk, _encoding, done) => done(null, { id: 1 }),
    })

  const kinds: [string, (name: string) => Rows<Identified>][] = [
    ['itself', (name) => createReadStream(name) as never],
    ['a parser behind a pipeline', (name) => pipeline(createReadStream(name), parser(), () => undefined)],
    ['a parser that it is composed with', (name) => createReadStream(name).compose(parser()) as never],
    ['a readline Interface', (name) => createInterface({ input: createReadStream(name) }) as never],
    ['a web stream', (name) => Readable.toWeb(createReadStream(name)) as never],
  ]
  const ends: [string, (rows: Rows<Identified>) => Promise<unknown>][] = [
    ['its signal was aborted', (rows) => given.table.persist(rows, { signal: AbortSignal.abort() })],
    ['its options are none', (rows) => given.table.persist(rows, { maxRejections: -1 })],
    ['its first row is bad', (rows) => given.table.persist(rows, { onRowError: () => 'abort' })],
    [
      'it is aborted while it waits',
      async (rows) => {
        const controller = new AbortController()
        const call = given.table.persist(rows, { signal: controller.signal })
        setImmediate(() => controller.abort())
        return call
      },
    ],
  ]

  it.each(kinds.flatMap(([kind, make]) => ends.map(([end, persist]) => ({ kind, end, make, persist }))))(
    'are closed, read by $kind, where $end',
    async ({ make, persist, end }) => {
      const name = file()
      const before = descriptors()
      const held = end.includes('waits') ? holdTurn(given.table) : undefined
      const calls = Array.from({ length: 50 }, () => persist(make(name)))
      const outcomes = await Promise.allSettled(calls)
      await held?.end()
      // A stream closes its file once it has opened it.
      for (let turns = 0; turns < 1000 && descriptors() > before; turns++) await given.db.query('SELECT 1')
      expect(descriptors()).toBeLessThanOrEqual(before)
      if (end !== 'its first row is bad') {
        expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
      }
    },
  )

  it('that are not there reject the call, whether it waits or not', async () => {
    const missing = () => createReadStream(join(folder, 'missing')) as never
    await expect(given.table.persist(missing())).rejects.toMatchObject({ code: 'ENOENT' })
    const held = holdTurn(given.table)
    await expect(given.table.persist(missing())).rejects.toMatchObject({ code: 'ENOENT' })
    await held.end()
  })
})
