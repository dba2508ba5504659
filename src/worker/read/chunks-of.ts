import { DuckDBMaterializedResult, type DuckDBResult } from '@duckdb/node-api'
import type { ChunkSource } from './result-batches.js'

/** The chunks of a result that is there as a whole. */
export function chunksOf(result: DuckDBResult): ChunkSource {
  let index = 0
  if (!(result instanceof DuckDBMaterializedResult)) throw new TypeError('Expected all rows to be there')
  return async () => (index < result.chunkCount ? result.getChunk(index++) : null)
}

/** How many rows a result has; undefined where they are not there yet. */
export function rowCountOf(result: DuckDBResult): number | undefined {
  return result instanceof DuckDBMaterializedResult ? result.rowCount : undefined
}
