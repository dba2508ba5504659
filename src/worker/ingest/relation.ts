/** A relation in SQL, whose rows have an ordinal. */
export interface Relation {
  /** A table, or a subquery with its parentheses. */
  readonly from: string
  /** A condition on its rows. */
  readonly where: string
  /** An expression over its rows. */
  readonly ordinal: string
}
