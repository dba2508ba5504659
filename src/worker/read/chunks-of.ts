import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { ChunkSource } from './result-batches.js'

/** The chunks of a result that is there as a whole. */
export function chunksOf(result: DuckDBMaterializedResult): ChunkSource {
  let index = 0
  return async () => (index < result.chunkCount ? result.getChunk(index++) : null)
}
