import type { VectorNode } from '../../../protocol/batch-shape.js'
import { inlineStringBytes, stringEntryBytes } from '../../../protocol/column-type.js'
import type { Batch } from '../batch.js'
import type { Segment } from '../segment.js'

const microsPerDay = 86_400_000_000n
const daysPerMonth = 30n

/**
 * A value that is written, as a text: of values that are equal to DuckDB, the same one.
 *
 * @param index - Of the value in its vector. Strings must have been settled.
 */
export function encodedText(batch: Batch | undefined, node: VectorNode, index: number): string {
  const segment = batch === undefined || node.segment === 0 ? batch : batch.items[node.segment - 1]
  if (batch === undefined || segment === undefined) return ''
  if (isNull(segment, node, index)) return 'n'
  const start = segment.layout.valueOffsets[node.place] ?? 0
  const at = start + index * node.bytes
  switch (node.kind) {
    case 'fixed':
      return fixedText(segment, node, at)
    case 'string':
      return stringText(batch, segment, at)
    case 'list': {
      const [first = 0, , length = 0] = segment.int32.subarray(at >> 2, (at >> 2) + stringEntryBytes / 4)
      return itemsText(batch, node.children, first, length)
    }
    case 'array': {
      const length = (node.children[0]?.perRow ?? 0) / node.perRow
      return itemsText(batch, node.children, index * length, length)
    }
    case 'struct':
    case 'union':
      return itemsText(batch, node.children, index, 1)
  }
}

/** Each with its length, so that no two lists of texts are the same. */
function itemsText(batch: Batch, nodes: readonly VectorNode[], first: number, count: number): string {
  let text = `${count}:`
  for (let index = first; index < first + count; index++) {
    for (const node of nodes) {
      const item = encodedText(batch, node, index)
      text += `${item.length}:${item}`
    }
  }
  return text
}

function fixedText(segment: Segment, { type, bytes }: VectorNode, at: number): string {
  switch (type.name) {
    // Both zeros are equal, and every NaN is.
    case 'FLOAT':
      return String(segment.float32[at / 4])
    case 'DOUBLE':
      return String(segment.float64[at / 8])
    case 'INTERVAL': {
      const [months = 0, days = 0] = segment.int32.subarray(at / 4, at / 4 + 2)
      const micros = segment.bigint64[at / 8 + 1] ?? 0n
      return String((BigInt(months) * daysPerMonth + BigInt(days)) * microsPerDay + micros)
    }
    default:
      return segment.bytes.toString('latin1', at, at + bytes)
  }
}

function stringText(batch: Batch, segment: Segment, at: number): string {
  const length = segment.int32[at >> 2] ?? 0
  if (length <= inlineStringBytes) return segment.bytes.toString('latin1', at + 4, at + 4 + length)
  const start = batch.layout.heapOffset + (segment.int32[(at >> 2) + 2] ?? 0)
  return batch.bytes.toString('latin1', start, start + length)
}

function isNull({ bytes, layout }: Segment, { place }: VectorNode, index: number): boolean {
  const byte = bytes[(layout.validityOffsets[place] ?? 0) + (index >> 3)] ?? 0
  return (byte & (1 << (index & 7))) === 0
}
