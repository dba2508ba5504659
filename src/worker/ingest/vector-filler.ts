import type { Vector } from '@duckdb/node-bindings'
import { type BatchLayout, type EncodedBatch, layOutBatch } from '../../protocol/batch-layout.js'
import type { BatchShape, VectorNode } from '../../protocol/batch-shape.js'
import { listEntryBytes } from '../../protocol/column-type.js'
import { duckdb } from '../instance/duckdb.js'

/** Rows of a batch, or the items of a LIST, where the worker finds them. */
export interface EncodedSegment {
  readonly buffer: ArrayBuffer
  readonly layout: BatchLayout
  readonly rows: number
}

/** @returns those of `shape.segments`. */
export function readSegments(batch: EncodedBatch, shape: BatchShape): EncodedSegment[] {
  return shape.segments.flatMap((vectors, index) => {
    const encoded = index === 0 ? batch : batch.items?.[index - 1]
    if (encoded === undefined) return []
    const { buffer, capacityRows, rows } = encoded
    return [{ buffer, rows, layout: layOutBatch(vectors, capacityRows) }]
  })
}

/** Copies the vectors of a batch into those of data chunks, one after the other. */
export class VectorFiller {
  readonly #segments: readonly EncodedSegment[]
  readonly #nullVectors: ReadonlySet<number>
  /** Of each segment, how many rows have been copied: the items of a LIST follow each other. */
  readonly #copied: number[]

  constructor(segments: readonly EncodedSegment[], { nullVectors }: EncodedBatch) {
    this.#segments = segments
    this.#nullVectors = new Set(nullVectors)
    this.#copied = segments.map(() => 0)
  }

  /** @param start - Of the first value that is copied, its place among those of the vector. */
  fill(vector: Vector, node: VectorNode, start: number, count: number): void {
    if (this.#nullVectors.has(node.index)) this.#copyValidity(vector, node, start, count)
    switch (node.kind) {
      case 'fixed':
      case 'string':
        this.#copyValues(vector, node, start, count)
        break
      case 'list':
        this.#fillList(vector, node, start, count)
        break
      case 'array':
        this.#fillArray(vector, node, start, count)
        break
      case 'struct':
      case 'union':
        for (const [index, child] of node.children.entries()) {
          this.fill(duckdb.struct_vector_get_child(vector, index), child, start, count)
        }
    }
  }

  #fillList(vector: Vector, node: VectorNode, start: number, count: number): void {
    const items = this.#addOffsets(node, start, count)
    duckdb.list_vector_reserve(vector, items)
    duckdb.list_vector_set_size(vector, items)
    this.#copyValues(vector, node, start, count)
    const first = this.#copied[node.items] ?? 0
    const [item] = node.children
    if (item !== undefined && items > 0) this.fill(duckdb.list_vector_get_child(vector), item, first, items)
    this.#copied[node.items] = first + items
  }

  #fillArray(vector: Vector, node: VectorNode, start: number, count: number): void {
    const [item] = node.children
    if (item === undefined) return
    const length = item.perRow / node.perRow
    this.fill(duckdb.array_vector_get_child(vector), item, start * length, count * length)
  }

  /** Writes where in the chunk the items of each entry begin; returns how many there are. */
  #addOffsets({ segment, place }: VectorNode, start: number, count: number): number {
    const { buffer, layout } = this.#segments[segment] as EncodedSegment
    const offset = (layout.valueOffsets[place] ?? 0) + start * listEntryBytes
    const words = new Uint32Array(buffer, offset, (count * listEntryBytes) / 4)
    let items = 0
    for (let word = 0; word < words.length; word += 4) {
      words[word] = items
      items += words[word + 2] ?? 0
    }
    return items
  }

  #copyValues(vector: Vector, { segment, place, bytes }: VectorNode, start: number, count: number): void {
    const { buffer, layout } = this.#segments[segment] as EncodedSegment
    const offset = (layout.valueOffsets[place] ?? 0) + start * bytes
    duckdb.copy_data_to_vector(vector, 0, buffer, offset, count * bytes)
  }

  #copyValidity(vector: Vector, { segment, place }: VectorNode, start: number, count: number): void {
    const { buffer, layout } = this.#segments[segment] as EncodedSegment
    const offset = layout.validityOffsets[place] ?? 0
    const words = 8 * Math.ceil(count / 64)
    duckdb.vector_ensure_validity_writable(vector)
    // The items of a chunk begin wherever those before them end.
    if (start % 8 === 0 && offset + start / 8 + words <= buffer.byteLength) {
      duckdb.copy_data_to_vector_validity(vector, 0, buffer, offset + start / 8, words)
    } else {
      const moved = moveBits(new Uint8Array(buffer, offset), start, count)
      duckdb.copy_data_to_vector_validity(vector, 0, moved.buffer, 0, moved.byteLength)
    }
  }
}

/** Bits from `start` on, in whole words of 8 bytes. */
function moveBits(bits: Uint8Array, start: number, count: number): Uint8Array<ArrayBuffer> {
  const moved = new Uint8Array(8 * Math.ceil(count / 64))
  const [first, shift] = [start >> 3, start & 7]
  for (let byte = 0; byte < moved.length; byte++) {
    const [low = 0, high = 0] = [bits[first + byte], bits[first + byte + 1]]
    moved[byte] = (low >> shift) | (high << (8 - shift))
  }
  return moved
}
