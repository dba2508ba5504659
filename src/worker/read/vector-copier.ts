import { factsOf, listEntryBytes, stringEntryBytes, valueBytes } from '../../protocol/column-type.js'
import type { VectorEncoding } from '../../protocol/result-batch.js'
import type { BatchMemory } from './batch-memory.js'
import { copyStrings } from './string-copier.js'
import type { VectorRange } from './vector-range.js'

/** Copies the vector of a range, and those inside of it. */
export type VectorCopier = (range: VectorRange, batch: CopiedVectors) => void

/** Where vectors are copied to. */
interface CopiedVectors {
  readonly memory: BatchMemory
  /** See `ResultPiece.vectors`. */
  readonly vectors: number[]
}

/** How vectors of an encoding are copied. */
export function createVectorCopier(encoding: VectorEncoding): VectorCopier {
  switch (encoding.name) {
    case 'NULL':
      return () => undefined
    case 'LIST':
      return copyLists(createVectorCopier(encoding.item))
    case 'MAP':
      // A LIST of STRUCTs of key and value.
      return copyLists(copyStructs([encoding.key, encoding.value].map(createVectorCopier)))
    case 'ARRAY':
      return copyArrays(createVectorCopier(encoding.item), encoding.length)
    case 'STRUCT':
      return copyStructs(encoding.fields.map(createVectorCopier))
    case 'UNION':
      return copyUnions(encoding.members.map(createVectorCopier))
    case 'DECIMAL':
    case 'ENUM':
      return copyFixed(valueBytes(encoding))
    default: {
      const { layout } = factsOf(encoding.name)
      return typeof layout === 'number' ? copyFixed(layout) : copyTexts
    }
  }
}

function copyFixed(width: number): VectorCopier {
  return (range, { memory, vectors }) => {
    vectors.push(range.count, memory.add(range.data(width)), range.copyValidity(memory), -1, 0)
  }
}

function copyTexts(range: VectorRange, { memory, vectors }: CopiedVectors): void {
  const words = range.words(stringEntryBytes)
  range.forEachUnread((index) => {
    words[(index * stringEntryBytes) / 4] = 0
  })
  const { heap, heapBytes } = copyStrings(words, memory)
  const data = memory.add(new Uint8Array(words.buffer))
  vectors.push(range.count, data, range.copyValidity(memory), heap, heapBytes)
}

function copyLists(copyItems: VectorCopier): VectorCopier {
  return (range, batch) => {
    const words = range.words(listEntryBytes)
    const items = range.itemsOf(words)
    const { memory, vectors } = batch
    const data = memory.add(new Uint8Array(words.buffer))
    vectors.push(range.count, data, range.copyValidity(memory), -1, 0)
    copyItems(items, batch)
  }
}

function copyArrays(copyItems: VectorCopier, length: number): VectorCopier {
  return (range, batch) => {
    batch.vectors.push(range.count, -1, range.copyValidity(batch.memory), -1, 0)
    copyItems(range.elementsOf(length), batch)
  }
}

function copyStructs(fields: readonly VectorCopier[]): VectorCopier {
  return (range, batch) => {
    batch.vectors.push(range.count, -1, range.copyValidity(batch.memory), -1, 0)
    for (const [index, copyField] of fields.entries()) copyField(range.field(index), batch)
  }
}

/** The first child is the tag. */
function copyUnions(members: readonly VectorCopier[]): VectorCopier {
  return (range, batch) => {
    const { memory, vectors } = batch
    const tags = range.field(0).data(1)
    vectors.push(range.count, memory.add(tags), range.copyValidity(memory), -1, 0)
    for (const [index, copyMember] of members.entries()) {
      copyMember(
        range.field(index + 1, (row) => tags[row] === index),
        batch,
      )
    }
  }
}
