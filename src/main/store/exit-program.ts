/** What `save-at-exit.ts` runs in a process of its own: saves the changes that it is given on stdin. */
import { text } from 'node:stream/consumers'
import { reportLoss } from '../../process/report-loss.js'
import { open } from '../open.js'
import type { PersistenceService } from '../persistence-service.js'
import type { BatchOperation } from './check-change.js'
import { DuckDBStorageAdapter } from './storage-adapter.js'
import { describeChanges, reportUnsaved, type UnsavedChange, type UnsavedStore } from './unsaved-store.js'

// Signals of a terminal, which reach both processes, end neither before all is saved.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined)

// Written by the process that has started this one.
const unsaved: UnsavedStore[] = JSON.parse(await text(process.stdin))
const paths = new Set(unsaved.map(({ path }) => path))
for (const path of paths) {
  await saveAll(
    path,
    unsaved.filter((store) => store.path === path),
  )
}

async function saveAll(path: string, stores: readonly UnsavedStore[]): Promise<void> {
  let service: PersistenceService
  try {
    service = await open(path, { config: stores[0]?.config })
  } catch (error) {
    for (const store of stores) report(store, error)
    return
  }
  for (const store of stores) await save(service, store).catch((error) => report(store, error))
  await service.close().catch((error) => reportLoss('saved at exit, but:', error))
}

async function save(database: PersistenceService, store: UnsavedStore): Promise<void> {
  const { tableName, timestamps, changes } = store
  const adapter = new DuckDBStorageAdapter({ database, tableName, timestamps, autoPersist: false })
  try {
    await adapter.batch(changes.map(toOperation))
    await adapter.persist()
  } finally {
    await adapter.close({ discardChanges: true })
  }
}

function toOperation([type, key = '', json = '']: UnsavedChange): BatchOperation<unknown> {
  if (type === 'clear') return { type }
  return type === 'delete' ? { type, key } : { type, key, value: JSON.parse(json) }
}

function report(store: UnsavedStore, error: unknown): void {
  reportUnsaved(store, `${describeChanges(store)} (${error})`)
}
