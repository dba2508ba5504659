export type { ColumnDescriptor, ColumnType, ColumnTypeName } from '../protocol/column-type.js'
export type { PersistenceErrorCode } from '../protocol/failure.js'
export type {
  BigintReading,
  QueryParameter,
  QueryRow,
  QueryValue,
  TimestampReading,
} from '../protocol/query-value.js'
export type { OnConflict } from '../protocol/write-requests.js'
export type { Committed } from './contract/committed.js'
export type { DurationSummary, Durations } from './contract/durations.js'
export type {
  HealthOptions,
  HealthReason,
  HealthReasonCode,
  HealthReport,
  HealthStatus,
} from './contract/health.js'
export type { OpenOptions } from './contract/open-options.js'
export type { OnRowError, PersistOptions } from './contract/persist-options.js'
export { PersistenceError } from './contract/persistence-error.js'
export type {
  AsColumns,
  NumberArray,
  QueryColumns,
  QueryOptions,
  ReadingOptions,
  RowsAsArrays,
} from './contract/query-options.js'
export type { Progress, Receipt } from './contract/receipt.js'
export type { Rejection, RejectionCode } from './contract/rejection.js'
export type { ResourceLimits } from './contract/resource-limits.js'
export type { RowColumns, Rows, TypedArray } from './contract/rows.js'
export type { RunReport } from './contract/run-report.js'
export type { CloseOptions, CloseReport, ServiceStatus, Stats } from './contract/stats.js'
export type {
  CheckpointTrace,
  CommitTrace,
  OpenTrace,
  PersistTrace,
  QueryTrace,
  Trace,
  TraceContexts,
  TracedTable,
  TransactionTrace,
  WorkerTrace,
} from './contract/traces.js'
export type { TransactionOptions } from './contract/transaction-options.js'
export type { WriteStream } from './contract/write-stream.js'
export type { WriteStreamOptions } from './contract/write-stream-options.js'
export { type InferredColumns, inferColumns } from './infer/infer-columns.js'
export type { InferOptions } from './infer/infer-options.js'
export { open } from './open.js'
export type { PersistenceService } from './persistence-service.js'
export type { QueryParameters } from './read/query-parameters.js'
export { type JsonColumn, json } from './schema/json-column.js'
export type { AnyRow, Interval, RowOf, TextRow } from './schema/row-types.js'
export type { ColumnDefinitions, KeyOptions, TableOptions } from './schema/table-definition.js'
export type { BatchOperation, SetOptions } from './store/check-change.js'
export type { KeyRange } from './store/key-range.js'
export type { KeyValueStore } from './store/key-value-store.js'
export { DuckDBStorageAdapter, type StorageCloseOptions } from './store/storage-adapter.js'
export type { LoadReport, StorageEvents } from './store/storage-events.js'
export type { AutoPersistOptions, StorageAdapterOptions } from './store/storage-options.js'
export type { StorageReceipt } from './store/storage-receipt.js'
export type { StoreSnapshot } from './store/store-snapshot.js'
export type { Table } from './table.js'
export type { Transaction } from './transaction.js'
