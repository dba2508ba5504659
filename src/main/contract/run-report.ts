/** What `run()` resolves to. */
export interface RunReport {
  /** Rows that the last statement inserted, updated or deleted. */
  readonly rowsChanged: number
}
