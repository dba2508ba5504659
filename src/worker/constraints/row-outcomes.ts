import { quoteIdentifier } from '../../protocol/sql.js'
import type { Check, ForeignKey, NotNull, Reference, Unique } from '../catalog/table-metadata.js'
import type { StagingTable } from '../ingest/staging-table.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { RefusalQuery, Rule } from '../write/table-writer.js'
import type { WriteTarget } from '../write/write-target.js'

/** What is to become of a staged row, or has; one without a verdict is to be inserted. */
export const verdictKinds = { refused: 0, ignored: 1, superseded: 2, updates: 3, inserted: 4 } as const

export type VerdictKind = keyof typeof verdictKinds

/** A rule, and where it stands among all rules of the transaction. */
export interface Numbered<Kind> {
  readonly rule: Kind
  readonly number: number
}

/** How many rows have which verdict, and how many were `updated`: superseded or updating. */
export interface KeyVerdicts {
  readonly refused: number
  readonly ignored: number
  readonly updates: number
  readonly updated: number
}

/** The temporary table of the verdicts: `o`, `kind`, and why a row is refused: `rule`, `other`. */
export class Verdicts {
  readonly table = 'temp.main.duckpaddle_verdicts'
  readonly notNulls: readonly Numbered<NotNull>[]
  readonly checks: readonly Numbered<Check>[]
  readonly foreignKeys: readonly Numbered<ForeignKey>[]
  readonly references: readonly Numbered<Reference>[]
  /** The key that `onConflict` is about first. */
  readonly uniques: readonly Numbered<Unique>[]
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #rules: Rule[] = []

  constructor(connection: TransactionConnection, target: WriteTarget) {
    this.#connection = connection
    this.#target = target
    const { shape, key, otherUniques } = target
    this.notNulls = this.#number(shape.notNulls)
    this.checks = this.#number(shape.checks)
    this.foreignKeys = this.#number(shape.foreignKeys)
    this.references = this.#number(
      shape.references.map((rule) => ({
        ...rule,
        columns: rule.columns.filter((name) => key?.columns.includes(name) !== true),
      })),
    )
    this.uniques = this.#number(key === undefined ? otherUniques : [key, ...otherUniques])
  }

  async create(): Promise<void> {
    const columns = 'o BIGINT, kind UTINYINT, rule INTEGER, other BIGINT'
    await this.#connection.run(`CREATE TEMP TABLE duckpaddle_verdicts (${columns})`)
  }

  /** Adds a verdict for each row that `select` selects; `rule` and `other` are expressions over them. */
  async add(kind: VerdictKind, select: string, rule = 'NULL', other = 'NULL'): Promise<number> {
    return this.#connection.change(
      `INSERT INTO ${this.table} SELECT o, ${verdictKinds[kind]}, ${rule}, ${other} FROM (${select})`,
    )
  }

  /** A condition on verdicts. */
  is(kind: VerdictKind, alias: string): string {
    return `${alias}.kind = ${verdictKinds[kind]}`
  }

  refusals(staging: StagingTable): RefusalQuery {
    const columns = this.#target.columns.map(({ name }, index) => `s.${quoteIdentifier(name)} AS c${index}`)
    const sql = `SELECT v.o::DOUBLE AS ordinal, v.rule, v.other::DOUBLE AS other, ${columns.join(', ')}
      FROM ${this.table} v JOIN ${staging.table} s ON s.${staging.ordinal} = v.o
      WHERE ${this.is('refused', 'v')} ORDER BY v.o ASC NULLS LAST`
    return { sql, rules: this.#rules }
  }

  #number<Kind extends Rule>(rules: readonly Kind[]): Numbered<Kind>[] {
    return rules.map((rule) => ({ rule, number: this.#rules.push(rule) - 1 }))
  }
}
