/**
 * What a call writes and looks at, by names of resources: tables, and what stands for several of them.
 *
 * Calls wait for each other where one changes what the other changes or shares.
 */
export interface WriteScope {
  /** What it must have to itself. */
  readonly changes: readonly string[]
  /** What it may have together with others, none of which changes it. */
  readonly shares: readonly string[]
}

/** Shared by all that write; changed by what may change anything, such as DDL. */
export const everythingThereIs = 'everything'

/** Shared by calls whose rows are at hand, and so end by themselves; changed by what waits for all of those. */
const atHand = 'rows at hand'

/** Changed by a table of which nobody knows what it is linked to; shared by those that have links. */
const links = 'links'

/** Of what may change anything. */
export const everything: WriteScope = { changes: [everythingThereIs], shares: [] }

/** Of what waits only for that which may change anything. */
export const anything: WriteScope = { changes: [], shares: [everythingThereIs] }

/** Of a checkpoint: after everything whose rows are at hand, and not after those whose rows are still coming. */
export const commits: WriteScope = { changes: [atHand], shares: [everythingThereIs] }

/** A table, as far as calls on it can see each other's rows. Tables are given by one text each. */
export interface WriteTable {
  readonly table: string
  /** Whether rows may be refused for other rows: the table has a key or constraints. */
  readonly isChecked: boolean
  /** The tables that are linked with it by a FOREIGN KEY, in either direction; undefined while they are not known. */
  readonly linked: readonly string[] | undefined
}

/** @param isAtHand - Whether the rows of the call are all there. */
export function scopeOf({ table, isChecked, linked }: WriteTable, isAtHand: boolean): WriteScope {
  const shares = isAtHand ? [everythingThereIs, atHand] : [everythingThereIs]
  if (linked === undefined) return { changes: [table, links], shares }
  if (!isChecked) return { changes: [], shares: [...shares, table] }
  const others = linked.filter((other) => other !== table)
  return { changes: [table], shares: others.length === 0 ? shares : [...shares, links, ...others] }
}
