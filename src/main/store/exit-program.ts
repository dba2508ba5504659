/** What `save-at-exit.ts` runs in a process of its own: saves the changes that it is given on stdin. */
import { text } from 'node:stream/consumers'
import { reportLoss } from '../../process/report-loss.js'
import { JsonText } from '../encode/json-text.js'
import { open } from '../open.js'
import type { PersistenceService } from '../persistence-service.js'
import { wallNow } from '../scheduling/real-timers.js'
import type { BatchOperation } from './check-change.js'
import { Expiring } from './expiring.js'
import type { KeyRange } from './key-range.js'
import { DuckDBStorageAdapter } from './storage-adapter.js'
import { fromStoredText } from './stored-text.js'
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
    for (const step of toSteps(changes)) {
      if (Array.isArray(step)) await adapter.batch(step)
      else await adapter.clear(step)
    }
    await adapter.persist()
  } finally {
    await adapter.close({ discardChanges: true })
  }
}

/** Batches, and ranges that are cleared between them. */
function toSteps(changes: readonly UnsavedChange[]): (BatchOperation<unknown>[] | KeyRange)[] {
  const steps: (BatchOperation<unknown>[] | KeyRange)[] = []
  let batch: BatchOperation<unknown>[] = []
  for (const change of changes) {
    if (change[0] === 'clear' && change[1] !== undefined) {
      steps.push(batch, change[1])
      batch = []
    } else batch.push(toOperation(change))
  }
  return [...steps, batch]
}

function toOperation(change: UnsavedChange): BatchOperation<unknown> {
  const [type, key] = change
  if (type === 'clear') return { type }
  if (type === 'delete') return { type, key }
  const stored = fromStoredText<unknown>(change[2])
  const { value, expiresAt } = stored instanceof Expiring ? stored : { value: stored, expiresAt: undefined }
  const expiresInMs = expiresAt === undefined ? undefined : Math.max(expiresAt - wallNow(), 0)
  return { type, key, value: value instanceof JsonText ? JSON.parse(value.text) : value, expiresInMs }
}

function report(store: UnsavedStore, error: unknown): void {
  reportUnsaved(store, `${describeChanges(store)} (${error})`)
}
