/** Whether the buffer of an array was transferred away: it is empty then, and says nothing of it. */
export function isDetached(value: ArrayBufferView): boolean {
  if (value.byteLength > 0) return false
  try {
    new Uint8Array(value.buffer)
    return false
  } catch {
    return true
  }
}
