import { expect, it } from 'vitest'
import { resolvePersistOptions } from '../../../src/main/contract/persist-options.js'
import { BufferPool } from '../../../src/main/encode/buffer-pool.js'
import { CallQueue } from '../../../src/main/scheduling/call-queue.js'
import { Cancellation } from '../../../src/main/scheduling/cancellation.js'
import { TimeSlice } from '../../../src/main/scheduling/time-slice.js'
import { everything } from '../../../src/main/scheduling/write-scope.js'
import { BoundTable } from '../../../src/main/schema/bound-table.js'
import { parseColumn } from '../../../src/main/schema/parse-column-type.js'
import { ArraySource } from '../../../src/main/write/array-source.js'
import { GroupedCall } from '../../../src/main/write/grouped-call.js'
import { GroupedRows } from '../../../src/main/write/grouped-rows.js'

it('what was found out about a call is forgotten when it is to be written again', async () => {
  const columns = [parseColumn('id', 'INTEGER NOT NULL')]
  const description = { columns, unwritable: [], primaryKey: [], enforcedKey: [] }
  const ref = { catalog: 'memory', schema: 'main', name: 't' }
  const table = new BoundTable(
    ref,
    description,
    { columns: ['id'], isOurs: true },
    new BufferPool(2 ** 20),
    [],
  )
  const source = new ArraySource([{ id: 1 }])
  const given = { table, source, options: resolvePersistOptions({}), cancellation: new Cancellation() }
  const call = new GroupedCall(given, new CallQueue().join('persist()', everything))
  call.seal()
  const slice = new TimeSlice(1000)
  const counts = { inserted: 0, updated: 0, ignored: 0, rejected: 0, isWithdrawn: false }
  const first = new GroupedRows(table)
  slice.start()
  first.encode(call, first.place, slice, 2 ** 20)
  const violation = {
    ordinal: 0,
    code: 'duplicate-key',
    constraint: 'KEY(id)',
    columns: ['id'],
    row: { id: 1 },
  } as const
  await call.settle({ ...counts, rejected: 1, isWithdrawn: true }, [violation])
  expect(call.hasFailed).toBe(true)
  call.restart()
  const again = new GroupedRows(table)
  again.encode(call, again.place, slice, 2 ** 20)
  await call.settle({ ...counts, inserted: 1 }, [])
  call.resolve(1, slice)
  expect(await call.receipt.promise).toMatchObject({ rows: 1, inserted: 1, rejected: 0, rejections: [] })
})
