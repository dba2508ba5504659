import { move, transferableSymbol, valueSymbol } from 'piscina'

/** `value`, marked so that piscina transfers `buffers`, which are part of it, instead of copying them. */
export function withTransfer<Value>(value: Value, buffers: readonly ArrayBuffer[]): Value {
  if (buffers.length === 0) return value
  const transferable = { [transferableSymbol]: buffers, [valueSymbol]: value }
  // piscina takes the mark off again: what arrives on the other side is `value`.
  return move(transferable as never) as unknown as Value
}
