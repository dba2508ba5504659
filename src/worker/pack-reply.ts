import { Serializer } from 'node:v8'

/**
 * A reply as bytes of its own; see `Outcome`.
 *
 * @throws RangeError where this thread's stack does not suffice, which the request is answered with: to post such a
 * reply would end the thread.
 */
export function packReply(reply: unknown): Uint8Array<ArrayBuffer> {
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(reply)
  // The buffer may be longer than what was written, and all of it would be sent.
  return new Uint8Array(serializer.releaseBuffer())
}
