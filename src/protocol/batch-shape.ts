import type { VectorSize } from './batch-layout.js'
import {
  type ColumnType,
  isNested,
  isStringType,
  listEntryBytes,
  type MapColumnType,
  type NestedColumnType,
  type StructColumnType,
  valueBytes,
} from './column-type.js'

/** What holds the values of a vector. */
type VectorKind =
  | 'fixed'
  | 'string'
  /** Entries, and the items in a segment of their own. A MAP is a LIST of STRUCTs of key and value. */
  | 'list'
  /** So many items for each value, in the same segment. */
  | 'array'
  | 'struct'
  /** The first vector inside has the tags. */
  | 'union'

/** A vector of a batch: that of a column, or one inside of another. */
export interface VectorNode extends VectorSize {
  readonly kind: VectorKind
  /** Of a value, as SQL would have it; of the tags of a UNION, UTINYINT. */
  readonly type: ColumnType
  /** Its place among all vectors of the batch; one comes before those inside of it. */
  readonly index: number
  /** The segment that it is in, and its place among the vectors of that. */
  readonly segment: number
  readonly place: number
  /** The vectors inside; the items of a LIST are in the segment `items`. */
  readonly children: readonly VectorNode[]
  /** Of a LIST: its segment. */
  readonly items: number
}

/** The vectors of the batches of a table. */
export interface BatchShape {
  /** One for each column. */
  readonly columns: readonly VectorNode[]
  /** The vectors of each segment: of the rows first, then of the items of each LIST. */
  readonly segments: readonly (readonly VectorNode[])[]
}

export function describeVectors(types: readonly ColumnType[]): BatchShape {
  return new Description(types)
}

/** The items of a MAP are STRUCTs of these fields. */
function entryType({ key, value }: MapColumnType): StructColumnType {
  return {
    name: 'STRUCT',
    fields: [
      { name: 'key', type: key },
      { name: 'value', type: value },
    ],
  }
}

class Description implements BatchShape {
  readonly columns: readonly VectorNode[]
  readonly segments: VectorNode[][] = [[]]
  #count = 0

  constructor(types: readonly ColumnType[]) {
    this.columns = types.map((type) => this.#add(type, 0, 1))
  }

  #add(type: ColumnType, segment: number, perRow: number): VectorNode {
    const children: VectorNode[] = []
    const vectors = this.segments[segment] as VectorNode[]
    const { kind, bytes } = sizeOf(type)
    const items = kind === 'list' ? this.segments.push([]) - 1 : 0
    const place = vectors.length
    const node = { kind, bytes, type, perRow, index: this.#count++, segment, place, children, items }
    vectors.push(node)
    if (isNested(type)) {
      for (const child of childrenOf(type)) {
        children.push(
          kind === 'list'
            ? this.#add(child, items, 1)
            : this.#add(child, segment, type.name === 'ARRAY' ? perRow * type.length : perRow),
        )
      }
    }
    return node
  }
}

function sizeOf(type: ColumnType): { readonly kind: VectorKind; readonly bytes: number } {
  switch (type.name) {
    case 'LIST':
    case 'MAP':
      return { kind: 'list', bytes: listEntryBytes }
    case 'ARRAY':
      return { kind: 'array', bytes: 0 }
    case 'STRUCT':
      return { kind: 'struct', bytes: 0 }
    case 'UNION':
      return { kind: 'union', bytes: 0 }
    default:
      return { kind: isStringType(type) ? 'string' : 'fixed', bytes: valueBytes(type) }
  }
}

function childrenOf(type: NestedColumnType): readonly ColumnType[] {
  switch (type.name) {
    case 'LIST':
    case 'ARRAY':
      return [type.item]
    case 'MAP':
      return [entryType(type)]
    case 'STRUCT':
      return type.fields.map((field) => field.type)
    case 'UNION':
      return [{ name: 'UTINYINT' }, ...type.members.map((member) => member.type)]
  }
}
