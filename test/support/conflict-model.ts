/** A table as plain JavaScript: what persist() must do with rows, applied one after the other. */

type ModelValue = number | string | null
export type ModelRow = Record<string, ModelValue>
/** As it is given to persist(): with columns missing, or values that no column takes. */
export type GivenRow = Record<string, unknown>
export type Conflict = 'error' | 'ignore' | 'update'

/** A value of a column whose DEFAULT is nextval(), until `adopt` has learnt which. */
export const numbered = '(nextval)'

interface ModelColumn {
  readonly name: string
  readonly type: 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'VARCHAR'
  readonly notNull?: boolean
  /** NULL, too, where it is not known before the row reaches the database. */
  readonly default?: ModelValue
}

export interface ModelCheck {
  readonly text: string
  readonly columns: readonly string[]
  holds(row: ModelRow): boolean
}

export interface ModelForeignKey {
  readonly text: string
  readonly columns: readonly string[]
  /** What it may refer to now; of a table that refers to itself, the columns that it refers to. */
  readonly parents: readonly (readonly ModelValue[])[] | { readonly own: readonly string[] }
}

/** A FOREIGN KEY of another table to this one. */
export interface ModelReference {
  readonly text: string
  readonly referenced: readonly string[]
  /** What refers to it now. */
  readonly children: readonly (readonly ModelValue[])[]
}

export interface ModelUnique {
  readonly code: 'duplicate-key' | 'unique'
  readonly text: string
  readonly columns: readonly string[]
  /** For an index on an expression. */
  valuesOf?(row: ModelRow): readonly ModelValue[]
}

export interface ModelTable {
  readonly columns: readonly ModelColumn[]
  readonly generated?: Readonly<Record<string, (row: ModelRow) => ModelValue>>
  readonly checks?: readonly ModelCheck[]
  readonly foreignKeys?: readonly ModelForeignKey[]
  readonly references?: readonly ModelReference[]
  /** What a row that others refer to cannot change: its indexed columns, but for the key. */
  readonly bound?: readonly string[]
  /** What `onConflict` is about; the library's own where no constraint of the table has its columns. */
  readonly key?: ModelUnique & { readonly isOurs?: boolean }
  readonly uniques?: readonly ModelUnique[]
}

/** The parts of a rejection that a caller may act on. */
export interface ModelRejection {
  readonly index: number
  readonly code: string
  readonly column?: string
  readonly constraint?: string
  readonly key?: ModelRow
  readonly conflictIndex?: number
}

export type ModelOutcome =
  | { readonly aborted: ModelRejection }
  | {
      readonly inserted: number
      readonly updated: number
      readonly ignored: number
      readonly rejections: readonly ModelRejection[]
    }

interface Entity {
  row: ModelRow
  /** Which change of the table inserted it, counted from 1. */
  readonly born: number
  /** The last row of the running call that it is made of. */
  writer: number | undefined
}

interface Refused extends ModelRejection {
  /** Found when the row was encoded, which is before the database sees any. */
  readonly isEarly: boolean
}

interface Broken {
  readonly code: string
  readonly text: string
  readonly columns: readonly string[]
}

export class ConflictModel {
  readonly #table: ModelTable
  #entities: Entity[] = []
  /** As they were before the running call. */
  #before: readonly Entity[] = []
  #changes = 0

  constructor(table: ModelTable) {
    this.#table = table
  }

  get rows(): ModelRow[] {
    return this.#entities.map(({ row }) => ({ ...row, ...this.#generate(row) }))
  }

  /** Of each row, by its place in `rows`: which of all calls and statements inserted it, counted from 1. */
  get births(): readonly number[] {
    return this.#entities.map(({ born }) => born)
  }

  /** The values that rows have of these columns, as far as none of them is NULL. */
  valuesOf(columns: readonly string[]): (readonly ModelValue[])[] {
    return this.#values(this.#entities, columns)
  }

  /** @param decide - What `onRowError` is, or does. */
  persist(
    rows: readonly GivenRow[],
    onConflict: Conflict,
    decide: 'abort' | 'skip' | ((rejection: ModelRejection) => 'abort' | 'skip'),
  ): ModelOutcome {
    this.#changes++
    const before = this.#entities
    this.#before = before
    this.#entities = before.map(({ row, born }) => ({ row, born, writer: undefined }))
    const counts = { inserted: 0, updated: 0, ignored: 0 }
    const refused: Refused[] = []
    for (const [index, row] of rows.entries()) {
      const verdict = this.#take(row, index, onConflict)
      if (typeof verdict === 'string') counts[verdict]++
      else refused.push(verdict)
    }
    // A function is asked when a row is met: about the rows that cannot be encoded first.
    const met =
      decide === 'abort' ? refused : [...refused].sort((a, b) => Number(b.isEarly) - Number(a.isEarly))
    const fatal = met.find(
      (one) => (typeof decide === 'function' ? decide(toRejection(one)) : decide) === 'abort',
    )
    if (fatal !== undefined) {
      this.#entities = before
      return { aborted: toRejection(fatal) }
    }
    return { ...counts, rejections: refused.map(toRejection) }
  }

  /** Takes the last call of `persist()` back. */
  undo(): void {
    this.#entities = [...this.#before]
  }

  /** What a statement does that inserts a row, where none has its key. */
  insert(row: ModelRow): boolean {
    this.#changes++
    const { key, columns } = this.#table
    if (key !== undefined && this.#holder(key, row) !== undefined) return false
    const defaults = Object.fromEntries(columns.map((column) => [column.name, column.default ?? null]))
    this.#entities = [
      ...this.#entities,
      { row: { ...defaults, ...row }, born: this.#changes, writer: undefined },
    ]
    return true
  }

  /** What a statement does that gives rows values, or deletes them; returns how many. */
  change(isMeant: (row: ModelRow) => boolean, values: ModelRow | 'delete'): number {
    const meant = this.#entities.filter(({ row }) => isMeant(row))
    this.#entities = this.#entities.flatMap((entity) => {
      if (!meant.includes(entity)) return [entity]
      return values === 'delete' ? [] : [{ ...entity, row: { ...entity.row, ...values } }]
    })
    return meant.length
  }

  /** Whether a row gets as far as the database. */
  isEncodable(row: unknown, onConflict: Conflict): boolean {
    return !('fault' in this.#encode(row, onConflict))
  }

  /** Learns the numbers that a sequence gave to rows, from the rows of the table itself. */
  adopt(actual: readonly Readonly<Record<string, unknown>>[]): void {
    const { key } = this.#table
    for (const entity of this.#entities) {
      const names = Object.keys(entity.row).filter((name) => entity.row[name] === numbered)
      const found = actual.find((row) => key?.columns.every((name) => row[name] === entity.row[name]))
      for (const name of names) {
        const value = found?.[name]
        if (typeof value === 'number' && value > 0) entity.row = { ...entity.row, [name]: value }
      }
    }
  }

  #take(row: unknown, index: number, onConflict: Conflict): 'inserted' | 'updated' | 'ignored' | Refused {
    const { columns, key, uniques = [] } = this.#table
    const encoded = this.#encode(row, onConflict)
    if ('fault' in encoded) return { index, ...encoded.fault, isEarly: true }
    const { carried } = encoded
    const defaults = Object.fromEntries(columns.map((column) => [column.name, column.default ?? null]))
    const fresh: ModelRow = { ...defaults, ...carried }
    const holder = key === undefined ? undefined : this.#holder(key, fresh)
    const current = onConflict === 'update' ? holder : undefined
    const whole = current === undefined ? fresh : { ...current.row, ...carried }
    const refuse = (broken: Broken, other?: Entity) => ({
      index,
      code: broken.code,
      constraint: broken.text,
      ...(broken.columns.length === 1 ? { column: String(broken.columns[0]) } : {}),
      ...(key === undefined ? {} : { key: pick(whole, key.columns) }),
      ...(other?.writer === undefined ? {} : { conflictIndex: other.writer }),
      isEarly: false,
    })
    const broken = this.#broken(whole, current) ?? this.#bound(carried, current)
    if (broken !== undefined) return refuse(broken)
    if (key !== undefined && holder !== undefined && current === undefined) {
      return onConflict === 'ignore' ? 'ignored' : refuse(key, holder)
    }
    for (const unique of uniques) {
      const other = this.#holder(unique, whole)
      if (other !== undefined && other !== current) return refuse(unique, other)
    }
    if (current === undefined) {
      this.#entities.push({ row: whole, born: this.#changes, writer: index })
      return 'inserted'
    }
    Object.assign(current, { row: whole, writer: index })
    return 'updated'
  }

  #encode(
    row: unknown,
    onConflict: Conflict,
  ): { fault: { code: string; column?: string } } | { carried: ModelRow } {
    if (typeof row !== 'object' || row === null) return { fault: { code: 'type' } }
    const { columns, key } = this.#table
    const carried: ModelRow = {}
    for (const { name, type, notNull = false, default: byDefault } of columns) {
      let value: unknown
      try {
        value = (row as GivenRow)[name]
      } catch {
        return { fault: { code: 'serialize' } }
      }
      const isKey = key?.columns.includes(name) === true
      if (value === undefined && (byDefault !== undefined || (onConflict === 'update' && !isKey))) continue
      if (value === undefined || value === null) {
        if (notNull || (isKey && key?.isOurs === true)) return { fault: { code: 'not-null', column: name } }
        carried[name] = null
      } else if (typeof value !== (type === 'VARCHAR' ? 'string' : 'number')) {
        return { fault: { code: 'type', column: name } }
      } else if (type !== 'VARCHAR' && type !== 'DOUBLE' && !Number.isInteger(value)) {
        return { fault: { code: 'range', column: name } }
      } else carried[name] = value as number | string
    }
    const stray = Object.keys(row).find((name) => columns.every((column) => column.name !== name))
    return stray === undefined ? { carried } : { fault: { code: 'unknown-column', column: stray } }
  }

  /** @param current - The row that it updates. */
  #broken(row: ModelRow, current: Entity | undefined): Broken | undefined {
    const { columns, checks = [], foreignKeys = [] } = this.#table
    const missing = columns.find(({ name, notNull }) => notNull === true && row[name] === null)
    if (missing !== undefined) {
      return { code: 'not-null', text: `"${missing.name}" NOT NULL`, columns: [missing.name] }
    }
    const check = checks.find((candidate) => !candidate.holds(row))
    if (check !== undefined) return { code: 'check', text: check.text, columns: check.columns }
    const orphaned = foreignKeys.find(({ columns: names, parents }) => {
      const values = names.map((name) => row[name] ?? null)
      if (values.includes(null)) return false
      const isThere = (those: readonly (readonly ModelValue[])[]) =>
        those.some((parent) => isSame(parent, values))
      if (!('own' in parents)) return !isThere(parents)
      // A row that refers to itself does so to one that is about to be deleted and inserted again.
      return !isThere(
        this.#values(
          this.#entities.filter((entity) => entity !== current),
          parents.own,
        ),
      )
    })
    if (orphaned === undefined) return undefined
    return { code: 'foreign-key', text: orphaned.text, columns: orphaned.columns }
  }

  /** Whether a row that others refer to, or did when the call began, would have to be deleted and inserted again. */
  #bound(carried: ModelRow, current: Entity | undefined): Broken | undefined {
    const { bound = [], references = [], foreignKeys = [] } = this.#table
    if (current === undefined) return undefined
    const isChange = bound.some((name) => name in carried && carried[name] !== current.row[name])
    if (!isChange) return undefined
    const own = foreignKeys.flatMap(({ text, columns, parents }) => {
      if (!('own' in parents)) return []
      const children = this.#values([...this.#before, ...this.#entities], columns)
      return [{ text, referenced: parents.own, children }]
    })
    const reference = [...references, ...own].find(({ referenced, children }) => {
      const values = referenced.map((name) => current.row[name] ?? null)
      return children.some((child) => isSame(child, values))
    })
    return reference === undefined ? undefined : { code: 'foreign-key', text: reference.text, columns: bound }
  }

  #values(entities: readonly Entity[], columns: readonly string[]): (readonly ModelValue[])[] {
    return entities
      .map(({ row }) => columns.map((name) => row[name] ?? null))
      .filter((values) => !values.includes(null))
  }

  #holder(unique: ModelUnique, row: ModelRow): Entity | undefined {
    const values = valuesOf(unique, row)
    if (values.includes(null)) return undefined
    return this.#entities.find((entity) => isSame(valuesOf(unique, entity.row), values))
  }

  #generate(row: ModelRow): ModelRow {
    const generated = Object.entries(this.#table.generated ?? {})
    return Object.fromEntries(generated.map(([name, compute]) => [name, compute(row)]))
  }
}

function valuesOf(unique: ModelUnique, row: ModelRow): readonly ModelValue[] {
  return unique.valuesOf?.(row) ?? unique.columns.map((name) => row[name] ?? null)
}

function isSame(left: readonly ModelValue[], right: readonly ModelValue[]): boolean {
  // NaN is a key like any other, and -0 that of 0.
  return left.every((value, index) => value === right[index] || Object.is(value, right[index]))
}

function pick(row: ModelRow, names: readonly string[]): ModelRow {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}

function toRejection({ isEarly: _, ...rejection }: Refused): ModelRejection {
  return rejection
}
