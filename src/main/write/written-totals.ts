import type { Receipt } from '../contract/receipt.js'

/** What calls of `persist()` have written, all together. */
export class WrittenTotals {
  persisted = 0
  rows = 0
  rejected = 0
  bytes = 0

  addCall({ inserted, updated, rejected, bytes }: Receipt): void {
    this.add({ persisted: 1, rows: inserted + updated, rejected, bytes })
  }

  add({ persisted, rows, rejected, bytes }: Omit<WrittenTotals, 'add' | 'addCall'>): void {
    this.persisted += persisted
    this.rows += rows
    this.rejected += rejected
    this.bytes += bytes
  }
}
