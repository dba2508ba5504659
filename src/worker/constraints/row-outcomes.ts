import { qualify, quoteIdentifier, type TableRef } from '../../protocol/sql.js'
import type { Check, Constraint, ForeignKey, NotNull, Reference, Unique } from '../catalog/table-metadata.js'
import type { StagingTable } from '../ingest/staging-table.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { ViolationQuery } from './violation-query.js'

/** What is to become of a staged row, or has; one without an outcome is to be inserted. */
export const outcomeKinds = {
  rejected: 0,
  ignored: 1,
  superseded: 2,
  updates: 3,
  inserted: 4,
  withdrawn: 5,
} as const

export type OutcomeKind = keyof typeof outcomeKinds

/** A constraint, and where it stands among all constraints of the transaction. */
export interface Numbered<Kind> {
  readonly constraint: Kind
  readonly number: number
}

/** How many rows have which outcome, and how many were `updated`: superseded or updating. */
export interface KeyOutcomes {
  readonly rejected: number
  readonly ignored: number
  readonly updates: number
  readonly updated: number
}

/** Creates the table of outcomes. */
export function outcomesSql(table: string): string {
  return `CREATE TEMP TABLE ${table} (o BIGINT, kind UTINYINT, violated INTEGER, other BIGINT)`
}

/** The temporary table of the outcomes: `o`, `kind`; of a rejected row `violated`, a number of a constraint, and `other`. */
export class RowOutcomes {
  readonly ref: TableRef
  /** As it is written in SQL. */
  readonly table: string
  readonly notNulls: readonly Numbered<NotNull>[]
  readonly checks: readonly Numbered<Check>[]
  readonly foreignKeys: readonly Numbered<ForeignKey>[]
  readonly references: readonly Numbered<Reference>[]
  /** The key that `onConflict` is about first. */
  readonly uniques: readonly Numbered<Unique>[]
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #constraints: Constraint[] = []

  constructor(connection: TransactionConnection, target: WriteTarget) {
    this.#connection = connection
    this.#target = target
    this.ref = target.temporaries.ref('outcomes')
    this.table = qualify(this.ref)
    const { metadata, key, otherUniques } = target
    this.notNulls = this.#number(metadata.notNulls)
    this.checks = this.#number(metadata.checks)
    this.foreignKeys = this.#number(metadata.foreignKeys)
    this.references = this.#number(
      metadata.references.map((constraint) => ({
        ...constraint,
        columns: constraint.columns.filter((name) => key?.columns.includes(name) !== true),
      })),
    )
    this.uniques = this.#number(key === undefined ? otherUniques : [key, ...otherUniques])
  }

  async create(): Promise<void> {
    await this.#connection.run(outcomesSql(this.table))
  }

  /** Adds an outcome for each row that `select` selects; `constraint` and `other` are expressions over them. */
  async add(kind: OutcomeKind, select: string, constraint = 'NULL', other = 'NULL'): Promise<number> {
    return this.#connection.change(
      `INSERT INTO ${this.table} SELECT o, ${outcomeKinds[kind]}, ${constraint}, ${other} FROM (${select})`,
    )
  }

  /** A condition on outcomes. */
  is(kind: OutcomeKind, alias: string): string {
    return `${alias}.kind = ${outcomeKinds[kind]}`
  }

  violations(staging: StagingTable): ViolationQuery {
    const columns = this.#target.columns.map(({ name }, index) => `s.${quoteIdentifier(name)} AS c${index}`)
    const sql = `SELECT v.o::DOUBLE AS ordinal, v.violated, v.other::DOUBLE AS other, ${columns.join(', ')}
      FROM ${this.table} v JOIN ${staging.table} s ON s.${staging.ordinal} = v.o
      WHERE ${this.is('rejected', 'v')} ORDER BY v.o ASC NULLS LAST`
    return { sql, constraints: this.#constraints }
  }

  #number<Kind extends Constraint>(constraints: readonly Kind[]): Numbered<Kind>[] {
    return constraints.map((constraint) => ({ constraint, number: this.#constraints.push(constraint) - 1 }))
  }
}
