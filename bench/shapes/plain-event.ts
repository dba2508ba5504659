import { makeEvent } from './event.js'
import type { Shape } from './shape.js'

/** An event as it is told to an engine that has numbers and texts alone: its moment in milliseconds, its JSON as text. */
export const plainEvent: Shape = {
  name: 'plain-event',
  table: 'events',
  columns: { id: 'BIGINT NOT NULL', at: 'BIGINT', kind: 'VARCHAR', amount: 'DOUBLE', payload: 'VARCHAR' },
  key: 'id',
  makeRow,
  append(appender, { id, at, kind, amount, payload }: ReturnType<typeof makeRow>) {
    appender.appendBigInt(BigInt(id))
    appender.appendBigInt(BigInt(at))
    appender.appendVarchar(kind)
    appender.appendDouble(amount)
    appender.appendVarchar(payload)
    appender.endRow()
  },
  keyOf: ({ id }) => `event:${id}`,
}

function makeRow(index: number) {
  const { at, payload, ...others } = makeEvent(index, 0)
  return { ...others, at: at.getTime(), payload: JSON.stringify(payload) }
}
