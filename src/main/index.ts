export type { ColumnDescriptor, ColumnType, ColumnTypeName } from '../protocol/column-type.js'
export type { PersistenceErrorCode } from '../protocol/failure.js'
export type {
  BigintReading,
  OnConflict,
  QueryParameter,
  QueryRow,
  QueryValue,
  TimestampReading,
} from '../protocol/requests.js'
export { PersistenceError } from './errors/persistence-error.js'
export { open } from './open.js'
export type { OpenOptions } from './options/open-options.js'
export type { OnRowError, PersistOptions } from './options/persist-options.js'
export type { QueryOptions } from './options/query-options.js'
export type { ResourceLimits } from './options/resource-limits.js'
export type { Progress, Receipt } from './persist/receipt.js'
export type { Rejection, RejectionCode } from './persist/rejection.js'
export type { Rows } from './persist/rows.js'
export type { PersistenceService } from './persistence-service.js'
export type { QueryParameters } from './query/query-parameters.js'
export type { RunReport } from './query/query-runner.js'
export type { AnyRow, Interval, RowOf } from './schema/row-types.js'
export type { ColumnDefinitions, KeyOptions, TableOptions } from './schema/table-definition.js'
export type { CloseOptions, CloseReport, ServiceStatus, Stats } from './stats.js'
export type { BatchOperation } from './storage/check-change.js'
export type { KeyValueStore } from './storage/key-value-store.js'
export { DuckDBStorageAdapter, type StorageCloseOptions } from './storage/storage-adapter.js'
export type { LoadReport, StorageEvents } from './storage/storage-events.js'
export type { AutoPersistOptions, StorageAdapterOptions } from './storage/storage-options.js'
export type { StorageReceipt } from './storage/storage-receipt.js'
export type { Table } from './table.js'
