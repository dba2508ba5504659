// Saves some entries, changes some more, and ends in the way of argv[3] with these changes due.
import { DuckDBStorageAdapter } from '../../../dist/main/index.js'

const [, , path, way] = process.argv
const store = new DuckDBStorageAdapter({ database: path, autoPersist: way === 'timer' ? {} : false })
await store.setMany([
  ['kept', 1],
  ['updated', 1],
  ['deleted', 1],
])
await store.persist()
await store.set('updated', 2)
await store.set('new', { text: 'zürich', none: null })
await store.delete('deleted')
if (way === 'saving') void store.persist()
if (way === 'poisoned') {
  const value = {}
  await store.set('poisoned', value)
  value.self = value
}
if (way === 'throw') throw new Error('thrown on purpose')
if (way !== 'itself' && way !== 'timer') process.exit(3)
