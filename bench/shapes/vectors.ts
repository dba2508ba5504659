import { ARRAY, arrayValue, BIGINT, FLOAT } from '@duckdb/node-api'
import type { Shape } from './shape.js'

const dimensions = 384
const embeddingType = ARRAY(FLOAT, dimensions)

type VectorRow = ReturnType<typeof makeRow>

/** What a model makes of a text: a vector of 384 numbers, in memory as the model left it. */
export const vectors: Shape = {
  name: 'vectors',
  table: 'embeddings',
  columns: { id: 'BIGINT NOT NULL', embedding: `FLOAT[${dimensions}]` },
  key: 'id',
  makeRow,
  append(appender, { id, embedding }: VectorRow) {
    appender.appendBigInt(BigInt(id))
    appender.appendArray(arrayValue(Array.from(embedding)), embeddingType)
    appender.endRow()
  },
  bind({ id, embedding }: VectorRow) {
    return { values: [BigInt(id), arrayValue(Array.from(embedding))], types: [BIGINT, embeddingType] }
  },
  keyOf: ({ id }) => `embedding:${id}`,
}

/** Odd sixteenths, of which a FLOAT holds each, and which every database writes alike. */
function makeRow(index: number) {
  const embedding = Float32Array.from(
    { length: dimensions },
    (_, at) => (2 * ((index + 7 * at) % 1000) - 999) / 16,
  )
  return { id: index, embedding }
}
