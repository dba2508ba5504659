import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { Unique } from '../catalog/table-metadata.js'
import type { Relation } from '../ingest/relation.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { appendOutcomes } from './append-outcomes.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { oneCall, type RowOutcome, resolveConflicts } from './resolve-conflicts.js'
import { type Claim, untouched } from './row-claims.js'
import type { KeyOutcomes } from './row-outcomes.js'
import { acceptedRows, type StagedPass, tableRows } from './staged-pass.js'

/** Gives rows their outcomes where several unique constraints concern them: those that share a value with another row. */
export async function resolveUniques(pass: StagedPass): Promise<KeyOutcomes> {
  const { connection, target, outcomes } = pass
  const [fresh, old] = [acceptedRows(pass), tableRows(pass)]
  const claims: Claim[][] = []
  for (const { constraint } of outcomes.uniques) {
    claims.push(await readClaims(connection, selectClaims(fresh, old, constraint.expressions, target.key)))
  }
  const calls = [oneCall(target.onConflict)]
  const hasKey = target.key !== undefined
  const { outcomes: resolved, calls: counts } = await connection.compute(() =>
    resolveConflicts({ claims, calls, hasKey, broken: [] }),
  )
  const updated = counts[0]?.updated ?? 0
  const count = (kind: RowOutcome['kind']) => resolved.filter((outcome) => outcome.kind === kind).length
  const found = resolved.map(({ constraint, ...outcome }) => ({
    ...outcome,
    constraint: constraint === undefined ? undefined : outcomes.uniques[constraint]?.number,
  }))
  if (found.length > 0) await appendOutcomes(connection, outcomes.ref, found)
  return { rejected: count('rejected'), ignored: count('ignored'), updates: count('updates'), updated }
}

/** `ordinal`, `value`, `holder` of each claim, in the order of the rows; see `row-claims.ts`. */
function selectClaims(
  fresh: Relation,
  old: Relation,
  constraint: readonly string[],
  key: Unique | undefined,
): string {
  const names = keyNames(constraint)
  // The key of the rows that are there, beside their values of the constraint.
  const keys = key?.expressions ?? []
  const keyValues = keys.map((expression, index) => `${expression} AS c${index}`)
  const ruleValues = constraint.map((expression, index) => `${expression} AS k${index}`)
  const isValue = constraint.map((expression) => `(${expression}) IS NOT NULL`).join(' AND ')
  const sameOwner = keys.map((_, index) => `o.c${index} = g.k${index}`).join(' AND ')
  const owners = `(SELECT ${keyNames(keys)}, min(o) AS first FROM ${selectKeys(fresh, keys)} GROUP BY ${keyNames(keys)})`
  const holders =
    keys.length === 0
      ? `SELECT DISTINCT ${names}, ${untouched} AS holder FROM old`
      : `SELECT ${prefixed('o', constraint)}, max(coalesce(g.first, ${untouched})) AS holder
         FROM old o LEFT JOIN ${owners} g ON ${sameOwner} GROUP BY ${prefixed('o', constraint)}`
  return `WITH fresh AS ${selectKeys(fresh, constraint)},
    groups AS (SELECT ${names}, min(o) AS first, count(*) AS n FROM fresh GROUP BY ${names}),
    old AS (SELECT o.* FROM (SELECT ${[...ruleValues, ...keyValues].join(', ')} FROM ${old.from} WHERE ${isValue}) o
      SEMI JOIN groups g ON ${sameKey('o', 'g', constraint)}),
    holders AS (${holders})
    SELECT f.o::DOUBLE, g.first::DOUBLE, h.holder::DOUBLE
    FROM fresh f JOIN groups g ON ${sameKey('f', 'g', constraint)} LEFT JOIN holders h ON ${sameKey('h', 'g', constraint)}
    WHERE g.n > 1 OR h.holder IS NOT NULL ORDER BY f.o ASC NULLS LAST`
}

function prefixed(alias: string, key: readonly string[]): string {
  return key.map((_, index) => `${alias}.k${index}`).join(', ')
}

async function readClaims(connection: TransactionConnection, sql: string): Promise<Claim[]> {
  const result = await connection.run(sql)
  // As many as there are rows, in the worst case.
  return connection.compute(() => toClaims(result))
}

/** @param result - `ordinal`, `value` and `holder` of each claim. */
export function toClaims(result: DuckDBMaterializedResult): Claim[] {
  const claims: Claim[] = []
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index)
    const [ordinals, values, holders] = [0, 1, 2].map((column) => chunk.getColumnVector(column))
    for (let row = 0; row < chunk.rowCount; row++) {
      const holder = holders?.getItem(row)
      claims.push({
        ordinal: Number(ordinals?.getItem(row)),
        value: Number(values?.getItem(row)),
        holder: typeof holder === 'number' ? holder : undefined,
      })
    }
  }
  return claims
}
