/**
 * Has node-api read a leading U+FEFF as the character that it is. Its one decoder of text is a `TextDecoder` that takes
 * it for a byte order mark and drops it, and so makes one key of two.
 *
 * The decoder is looked up in its module at every call, for VARCHAR, JSON and VARIANT. To read the bytes ourselves would
 * take a second copy of node-api's reader of VARIANT; the other option of the decoder costs nothing (1,000,000 strings
 * of 150 bytes: within the noise), and is set in this thread alone. Names, the values of an ENUM and parameters pass through the bindings, which keep every character.
 *
 * The module is none of node-api's public ones, so node-api's version is pinned, and worth a test.
 *
 * @see https://github.com/duckdb/duckdb-node-neo/blob/main/api/src/vectors/dataAccessors.ts
 */
import dataAccessors from '@duckdb/node-api/lib/vectors/dataAccessors.js'

Object.defineProperty(dataAccessors, 'textDecoder', {
  value: new TextDecoder('utf-8', { ignoreBOM: true }),
  enumerable: true,
})
