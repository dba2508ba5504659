/** What a caller of each contender has once its set resolves. */
export const durabilityNote =
  'The adapter has durability: each. lmdb is as it is by default: put() resolves at the commit; flushed waits for the ' +
  'disk too, as a commit of DuckDB does.'
