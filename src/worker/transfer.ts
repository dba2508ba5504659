let piscina: Pick<typeof import('piscina'), 'move' | 'transferableSymbol' | 'valueSymbol'> | undefined

/** Loads what marks values. It takes 12 ms, which is why it is not there from the start. */
export async function loadTransfer(): Promise<void> {
  piscina = await import('piscina')
}

/** `value`, marked so that piscina transfers `buffers`, which are part of it, instead of copying them. */
export function withTransfer<Value>(value: Value, buffers: readonly ArrayBuffer[]): Value {
  if (buffers.length === 0 || piscina === undefined) return value
  const { move, transferableSymbol, valueSymbol } = piscina
  const transferable = { [transferableSymbol]: buffers, [valueSymbol]: value }
  // piscina takes the mark off again: what arrives on the other side is `value`.
  return move(transferable as never) as unknown as Value
}
