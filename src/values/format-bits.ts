const zero = 0x30

/**
 * A BIT as text of 0s and 1s. Its first byte is how many bits at the start of the second are none of its own.
 *
 * node-api makes a string of each bit, in an array: 8 bytes of heap for one, which a value of some million bits exhausts.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/types/bit.cpp
 */
export function formatBits(data: Uint8Array): string {
  const text = Buffer.allocUnsafe(8 * (data.length - 1))
  let position = 0
  for (let index = 1; index < data.length; index++) {
    const byte = data[index] ?? 0
    for (let shift = 7; shift >= 0; shift--) text[position++] = zero + ((byte >> shift) & 1)
  }
  return text.toString('latin1', data[0])
}
