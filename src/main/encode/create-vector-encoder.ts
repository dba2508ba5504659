import type { VectorNode } from '../../protocol/batch-shape.js'
import { isNested, type NestedColumnType } from '../../protocol/column-type.js'
import type { ColumnEncoder } from './column-encoder.js'
import { createColumnEncoder, createParsingEncoder } from './create-column-encoder.js'
import { ArrayEncoder } from './nested/array-encoder.js'
import { ListEncoder } from './nested/list-encoder.js'
import { MapEncoder } from './nested/map-encoder.js'
import { StructEncoder } from './nested/struct-encoder.js'
import { UnionEncoder } from './nested/union-encoder.js'
import { VectorWriter } from './nested/vector-writer.js'

/** One that takes values as they are, and one that reads strings too, where the type is no text. */
export function createEncoders(node: VectorNode): readonly [plain: ColumnEncoder, parsing: ColumnEncoder] {
  const { type } = node
  if (isNested(type)) return [createNestedEncoder(type, node, false), createNestedEncoder(type, node, true)]
  const plain = createColumnEncoder(type)
  // Of JSON, values that are none wait in the one encoder, however they are given.
  return [plain, createParsingEncoder(plain)]
}

/** @param parses - Whether strings are read. */
function createVectorEncoder(node: VectorNode, parses: boolean): ColumnEncoder {
  const { type } = node
  if (isNested(type)) return createNestedEncoder(type, node, parses)
  const encoder = createColumnEncoder(type)
  return parses ? createParsingEncoder(encoder) : encoder
}

function createNestedEncoder(type: NestedColumnType, node: VectorNode, parses: boolean): ColumnEncoder {
  const [first, ...others] = node.children.map((child) => createWriter(child, parses))
  const child = first as VectorWriter
  switch (type.name) {
    case 'LIST':
      return new ListEncoder(child)
    case 'ARRAY':
      return new ArrayEncoder(child, type.length)
    case 'STRUCT':
      return new StructEncoder(
        type.fields.map(({ name }) => name),
        [child, ...others],
      )
    case 'UNION':
      return new UnionEncoder(
        child,
        type.members.map(({ name }) => name),
        others,
      )
    case 'MAP': {
      const [key, value] = child.node.children as readonly [VectorNode, VectorNode]
      return new MapEncoder(createWriter(key, parses), createWriter(key, true), createWriter(value, parses))
    }
  }
}

function createWriter(node: VectorNode, parses: boolean): VectorWriter {
  return new VectorWriter(node, createVectorEncoder(node, parses))
}
