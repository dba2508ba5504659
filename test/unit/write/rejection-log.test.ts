import { describe, expect, it } from 'vitest'
import { type PersistOptions, resolvePersistOptions } from '../../../src/main/contract/persist-options.js'
import type { PersistenceError } from '../../../src/main/contract/persistence-error.js'
import { unknownColumn } from '../../../src/main/encode/row-error.js'
import { CallEnded } from '../../../src/main/write/call-ended.js'
import { RejectionLog } from '../../../src/main/write/rejection-log.js'
import type { Violation, ViolationPage } from '../../../src/protocol/violation.js'

const error = unknownColumn('x')
const start = (options: PersistOptions, isChecked = true) =>
  new RejectionLog(resolvePersistOptions(options), isChecked)

const violation = (ordinal: number, conflictOrdinal?: number): Violation => ({
  ordinal,
  code: 'duplicate-key',
  constraint: 'PRIMARY KEY(id)',
  columns: ['id'],
  row: { id: ordinal, a: null },
  ...(conflictOrdinal === undefined ? {} : { conflictOrdinal }),
})

/** Pages of violations, and how many were asked for. */
function pages(...violations: readonly Violation[][]) {
  let asked = 0
  const next = async (): Promise<ViolationPage> => {
    const page = violations[asked++] ?? []
    return { violations: page, isLast: asked >= violations.length, isDeep: false }
  }
  return { next, asked: () => asked }
}

const indexes = (log: RejectionLog) => log.rejections.map(({ index }) => index)

async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act()
  } catch (thrown) {
    return thrown
  }
  return undefined
}

describe('rows that cannot be encoded', () => {
  it('are counted all, and kept as far as is wanted', () => {
    const log = start({ onRowError: 'skip', maxRejections: 2 })
    const row = { x: 1 }
    for (const index of [1, 4, 5]) log.add(index, row, error)
    expect(log.count).toBe(3)
    expect(log.rejections).toEqual([
      { index: 1, row, code: 'unknown-column', column: 'x', message: error.message },
      { index: 4, row, code: 'unknown-column', column: 'x', message: error.message },
    ])
    expect(log.rejections[0]?.row).toBe(row)
  })

  it('end the call at the first, which is not counted', async () => {
    const log = start({}, false)
    const thrown = await thrownBy(() => log.add(7, 'row', error))
    expect(thrown).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { index: 7, row: 'row' } })
    expect([log.count, log.rejections]).toEqual([0, []])
  })

  it('end it in favour of a worse one before, where the worker looks at rows too', async () => {
    const thrown = await thrownBy(() => start({}).add(7, 'row', error))
    expect(thrown).toBeInstanceOf(CallEnded)
    const { rejection } = thrown as CallEnded
    expect(rejection).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { index: 7 } })
  })

  it('end it by themselves where a function has decided so', async () => {
    const log = start({ onRowError: ({ index }) => (index === 7 ? 'abort' : 'skip') })
    log.add(3, 'row', error)
    expect(log.count).toBe(1)
    expect(await thrownBy(() => log.add(7, 'row', error))).toMatchObject({ rejection: { index: 7 } })
  })
})

describe('rows that the worker has rejected', () => {
  it('stand where they were given, between those that could not be encoded', async () => {
    const log = start({ onRowError: 'skip' })
    for (const index of [0, 3]) log.add(index, 'row', error)
    const rows = ['bad', 'a', 'b', 'bad', 'c']
    const { next } = pages([violation(1)], [violation(2, 0)])
    await log.addViolations(next, ['id'], (index) => rows[index])
    expect(indexes(log)).toEqual([0, 2, 3, 4])
    expect(log.rejections.filter(({ code }) => code === 'duplicate-key')).toMatchObject([
      { index: 2, row: 'b', column: 'id', key: { id: 1 }, constraint: 'PRIMARY KEY(id)' },
      { index: 4, row: 'c', column: 'id', key: { id: 2 }, conflictIndex: 1 },
    ])
    // They are in the outcome of the worker.
    expect(log.count).toBe(2)
  })

  it('are reported as they would have been written, where the source has them no more', async () => {
    const log = start({ onRowError: 'skip' })
    await log.addViolations(pages([violation(1)]).next, [], undefined)
    expect(log.rejections).toMatchObject([{ index: 1, row: { id: 1, a: null } }])
    expect(log.rejections[0]).not.toHaveProperty('key')
  })

  it('are asked for as far as is wanted, and kept before later ones of the others', async () => {
    const log = start({ onRowError: 'skip', maxRejections: 2 })
    for (const index of [1, 5]) log.add(index, 'row', error)
    const asked = pages([violation(0)], [violation(1)], [violation(2)])
    await log.addViolations(asked.next, [], undefined)
    expect(indexes(log)).toEqual([0, 1])
    expect(asked.asked()).toBe(2)
  })

  it('are each decided about by a function, whether they are kept or not', async () => {
    const seen: number[] = []
    const onRowError = ({ index }: { readonly index: number }) => {
      seen.push(index)
      return 'skip' as const
    }
    const log = start({ onRowError, maxRejections: 0 })
    await log.addViolations(pages([violation(0)], [], [violation(2), violation(3)]).next, [], undefined)
    expect(seen).toEqual([0, 2, 3])
    expect(log.rejections).toEqual([])
  })

  it('end the call at the first of them', async () => {
    const log = start({})
    const asked = pages([violation(4), violation(5)], [violation(6)])
    const thrown = await thrownBy(() => log.addViolations(asked.next, [], undefined))
    expect(thrown).not.toBeInstanceOf(CallEnded)
    const { code, rejection } = thrown as PersistenceError
    expect([code, rejection?.index, asked.asked()]).toEqual(['PERSIST_ROW_REJECTED', 4, 1])
  })
})
