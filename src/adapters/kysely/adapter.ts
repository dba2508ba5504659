import { DialectAdapterBase } from 'kysely'

/** What DuckDB can do, as far as Kysely asks. */
export class DuckpaddleAdapter extends DialectAdapterBase {
  override get supportsTransactionalDdl(): boolean {
    return true
  }

  override get supportsReturning(): boolean {
    return true
  }

  /** A transaction of a service has its turn alone, and a database file has one process that writes. */
  override async acquireMigrationLock(): Promise<void> {
    // It is that of the transaction.
  }

  override async releaseMigrationLock(): Promise<void> {
    // It is that of the transaction.
  }
}
