import { move, transferableSymbol, valueSymbol } from 'piscina'

/** `value`, marked so that piscina transfers `buffer`, which is part of it, instead of copying it. */
export function withTransfer<Value>(value: Value, buffer: ArrayBuffer): Value {
  const transferable = { [transferableSymbol]: buffer, [valueSymbol]: value }
  // piscina takes the mark off again: what arrives on the other side is `value`.
  return move(transferable as never) as unknown as Value
}
