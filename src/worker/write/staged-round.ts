import { quoteIdentifier } from '../../protocol/column-type.js'
import type { Resolution } from '../../protocol/requests.js'
import type { Unique } from '../catalog/table-shape.js'
import type { Absence } from './absence.js'
import { judgeUniques } from './judge-uniques.js'
import { type Relation, sameKey, selectConflicts, selectKeys, selectSuperseded } from './key-sql.js'
import { type Numbered, selectBroken, selectOrphans } from './row-verdicts.js'
import type { StagingTable } from './staging-table.js'
import type { TransactionConnection } from './transaction-connection.js'
import type { Verdicts } from './verdicts.js'
import type { WriteTarget } from './write-target.js'

/** Gives the staged rows their verdicts, and moves them into the table accordingly. */
export class StagedRound {
  readonly #connection: TransactionConnection
  readonly #target: WriteTarget
  readonly #staging: StagingTable
  readonly #absence: Absence
  readonly #verdicts: Verdicts

  constructor(
    connection: TransactionConnection,
    target: WriteTarget,
    staging: StagingTable,
    absence: Absence,
    verdicts: Verdicts,
  ) {
    this.#connection = connection
    this.#target = target
    this.#staging = staging
    this.#absence = absence
    this.#verdicts = verdicts
  }

  async resolve(isAllOrNothing: boolean): Promise<Resolution> {
    const [rows = 0] = await this.#connection.readNumbers(
      `SELECT count(*)::DOUBLE FROM ${this.#staging.table}`,
    )
    const broken = await this.#judgeRows()
    const judged = await this.#judgeKeys()
    const refused = broken + judged.refused
    if (refused === 0 || !isAllOrNothing) await this.#apply(judged.updates > 0)
    const { ignored, updated } = judged
    return { inserted: rows - refused - ignored - updated, updated, ignored, refused }
  }

  /** What is wrong with a row whatever the others are. */
  async #judgeRows(): Promise<number> {
    const { notNulls, checks, foreignKeys } = this.#verdicts
    const { columns } = this.#target
    // NULLs that were given were found when they were encoded.
    const isFilled = (name = '') =>
      this.#absence.inSome[columns.findIndex((column) => column.name === name)] === true
    const rules = [...notNulls.filter(({ rule }) => isFilled(rule.columns[0])), ...checks]
    let refused = 0
    if (rules.length > 0) {
      refused += await this.#verdicts.add('refused', selectBroken(this.#staging.rows, rules), 'rule')
    }
    for (const foreignKey of foreignKeys) {
      refused += await this.#verdicts.add('refused', selectOrphans(this.#accepted, foreignKey), 'rule')
    }
    return refused
  }

  /** What is wrong with a row because of others, and what it does to them. */
  async #judgeKeys(): Promise<KeyVerdicts> {
    const { uniques } = this.#verdicts
    const [unique] = uniques
    if (unique === undefined) return noVerdicts
    if (uniques.length > 1) {
      return judgeUniques(this.#connection, this.#target, this.#accepted, this.#old, this.#verdicts)
    }
    return this.#judgeKey(unique)
  }

  async #judgeKey({ rule, number }: Numbered<Unique>): Promise<KeyVerdicts> {
    const key = rule.expressions
    const fresh = selectKeys(this.#accepted, key)
    const old = selectKeys(this.#old, key)
    const { onConflict } = this.#target
    if (onConflict !== 'update') {
      const kind = onConflict === 'error' ? 'refused' : 'ignored'
      const count = await this.#verdicts.add(kind, selectConflicts(fresh, old, key), String(number), 'other')
      return { ...noVerdicts, [kind]: count }
    }
    const superseded = await this.#verdicts.add('superseded', selectSuperseded(fresh, key))
    const last = selectKeys(this.#accepted, key)
    const updating = `SELECT f.o FROM ${last} f SEMI JOIN ${old} o ON ${sameKey('f', 'o', key)}`
    const updates = await this.#verdicts.add('updates', updating)
    return { ...noVerdicts, updates, updated: superseded + updates }
  }

  async #apply(hasUpdates: boolean): Promise<void> {
    const { table, columns, shape, key } = this.#target
    const names = columns.map(({ name }) => quoteIdentifier(name))
    const { ordinal, table: staging } = this.#staging
    const isUpdating = this.#verdicts.is('updates', 'v')
    const updating = `SELECT s.* FROM ${staging} s SEMI JOIN ${this.#verdicts.table} v ON v.o = s.${ordinal} AND ${isUpdating}`
    let others = 'true'
    if (hasUpdates && key !== undefined) {
      if (shape.hasIndex) await this.#update(updating, key)
      else {
        // Without an index, to delete and to insert again takes a quarter of the time of an UPDATE.
        const values = key.expressions.join(', ')
        await this.#connection.run(
          `DELETE FROM ${table} WHERE (${values}) IN (SELECT ${values} FROM (${updating}))`,
        )
        others = `NOT (${isUpdating})`
      }
    }
    const list = names.join(', ')
    await this.#connection.run(
      `INSERT INTO ${table} (${list}) SELECT ${list} FROM ${staging} s
       ANTI JOIN ${this.#verdicts.table} v ON v.o = s.${ordinal} AND ${others}`,
    )
  }

  async #update(updating: string, key: Unique): Promise<void> {
    const assignments = this.#target.columns
      .filter(({ name }, index) => !key.columns.includes(name) && this.#absence.inAll[index] !== true)
      .map(({ name }) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`)
    if (assignments.length === 0) return
    const isSame = key.expressions.map((column) => `t.${column} = s.${column}`).join(' AND ')
    await this.#connection.run(
      `UPDATE ${this.#target.table} AS t SET ${assignments.join(', ')} FROM (${updating}) s WHERE ${isSame}`,
    )
  }

  /** The staged rows without a verdict so far. */
  get #accepted(): Relation {
    const { from, ordinal } = this.#staging.rows
    return {
      from: `${from} s ANTI JOIN ${this.#verdicts.table} v ON v.o = s.${ordinal}`,
      where: 'true',
      ordinal,
    }
  }

  get #old(): Relation {
    return { from: this.#target.table, where: 'true', ordinal: '0' }
  }
}

/** How many rows have which verdict, and how many were `updated`: superseded or updating. */
export interface KeyVerdicts {
  readonly refused: number
  readonly ignored: number
  readonly updates: number
  readonly updated: number
}

const noVerdicts: KeyVerdicts = { refused: 0, ignored: 0, updates: 0, updated: 0 }
