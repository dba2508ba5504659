import type { TypedNumbers } from './query-value.js'

/** A parameter as it is sent: a copy that main has checked. */
export type CopiedParameter = null | boolean | number | bigint | string | Date | Uint8Array | NestedParameter

export type NestedParameter = ListParameter | StructParameter | MapParameter

export type ListParameter =
  | { readonly kind: 'list'; readonly values: readonly CopiedParameter[] }
  /** Numbers, as memory; `isTyped` where the caller gave them as such. */
  | { readonly kind: 'numbers'; readonly values: TypedNumbers | Uint8Array; readonly isTyped: boolean }

/** A plain object: values in the order of their names. */
export interface StructParameter {
  readonly kind: 'struct'
  readonly names: readonly string[]
  readonly values: readonly CopiedParameter[]
}

export interface MapParameter {
  readonly kind: 'map'
  readonly keys: readonly CopiedParameter[]
  readonly values: readonly CopiedParameter[]
}

export function isNested(value: CopiedParameter): value is NestedParameter {
  return typeof value === 'object' && value !== null && 'kind' in value
}
