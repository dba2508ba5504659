import { Deserializer } from 'node:v8'
import { PersistenceError } from '../contract/persistence-error.js'

/**
 * A reply that came as bytes; see `Outcome`.
 *
 * @throws `PERSIST_QUERY_FAILED` where this thread's stack does not suffice.
 */
export function unpackReply(packed: Uint8Array): unknown {
  try {
    const deserializer = new Deserializer(packed)
    deserializer.readHeader()
    return deserializer.readValue()
  } catch (cause) {
    throw new PersistenceError('PERSIST_QUERY_FAILED', 'The result is nested too deeply for the stack', {
      cause,
    })
  }
}
