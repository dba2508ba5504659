import type { Relation } from '../ingest/relation.js'

/** Subquery of the rows of a relation none of whose key values is NULL: `o`, `k0`, `k1`, ... */
export function selectKeys({ from, where, ordinal }: Relation, key: readonly string[]): string {
  const values = key.map((expression, index) => `${expression} AS k${index}`)
  const conditions = [where, ...key.map((expression) => `(${expression}) IS NOT NULL`)]
  return `(SELECT ${ordinal} AS o, ${values.join(', ')} FROM ${from} WHERE ${conditions.join(' AND ')})`
}

/** `k0, k1, ...` */
export function keyNames(key: readonly string[]): string {
  return key.map((_, index) => `k${index}`).join(', ')
}

/** Both sides have the same key. */
export function sameKey(left: string, right: string, key: readonly string[]): string {
  return key.map((_, index) => `${left}.k${index} = ${right}.k${index}`).join(' AND ')
}

/** One row: how many rows have a key, and how many keys they have. */
export function countKeys(fresh: string, key: readonly string[]): string {
  const groups = `SELECT count(*) AS n FROM ${fresh} GROUP BY ${keyNames(key)}`
  return `SELECT coalesce(sum(n), 0)::DOUBLE, count(*)::DOUBLE FROM (${groups})`
}

/** One row: how many keys of `fresh` are among `old` too. */
export function countTaken(fresh: string, old: string, key: readonly string[]): string {
  const taken = `SELECT DISTINCT ${keyNames(key)} FROM ${old} o SEMI JOIN ${fresh} f ON ${sameKey('o', 'f', key)}`
  return `SELECT count(*)::DOUBLE FROM (${taken})`
}

/**
 * The rows of `fresh` whose key is taken when their turn comes: `o`, and as `other` the row that took it, NULL where
 * it is one of `old`. Grouped before it is joined: a window over 1,000,000 rows would take a second.
 */
export function selectConflicts(fresh: string, old: string, key: readonly string[]): string {
  const names = keyNames(key)
  return `WITH fresh AS ${fresh},
    groups AS (SELECT ${names}, min(o) AS first, count(*) AS n FROM fresh GROUP BY ${names}),
    taken AS (SELECT DISTINCT ${names} FROM ${old} o SEMI JOIN groups g ON ${sameKey('o', 'g', key)}),
    contested AS (SELECT g.*, t.k0 IS NOT NULL AS is_taken
      FROM groups g LEFT JOIN taken t ON ${sameKey('g', 't', key)} WHERE g.n > 1 OR t.k0 IS NOT NULL)
    SELECT f.o, CASE WHEN c.is_taken THEN NULL ELSE c.first END AS other
    FROM fresh f JOIN contested c ON ${sameKey('f', 'c', key)} WHERE c.is_taken OR f.o <> c.first`
}

/** The rows of `fresh` after which another one has the same key: `o`. */
export function selectSuperseded(fresh: string, key: readonly string[]): string {
  const names = keyNames(key)
  const groups = `SELECT ${names}, max(o) AS last FROM ${fresh} GROUP BY ${names} HAVING count(*) > 1`
  return `SELECT f.o FROM ${fresh} f JOIN (${groups}) g ON ${sameKey('f', 'g', key)} WHERE f.o <> g.last`
}
