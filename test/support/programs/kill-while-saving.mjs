// Changes entries of a store at random, again and again, and saves them, until it is killed. Prints `due N HASH` before
// each save, with a hash of all entries as they are then, and `saved N` when it is acknowledged; 0 is what was found. argv: the path, the seed, how many keys there are, and how many changes a save has at most.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { DuckDBStorageAdapter } from '../../../dist/main/index.js'
import { createRandom } from './random.mjs'

const [path, seed, keyCount, changeCount] = [process.argv[2], ...process.argv.slice(3).map(Number)]
const random = createRandom(seed)
const store = new DuckDBStorageAdapter({ database: path, autoPersist: false })
/** What the store should have, kept apart from it. */
const model = new Map()
for await (const [key, value] of store) model.set(key, value)

let last = 0
tellDue(last)
for (;;) {
  await change()
  const first = save()
  if (random() < 0.3) {
    // Not waited for: the store is changed while it is being saved.
    await change()
    await Promise.all([first, save()])
  } else await first
}

function save() {
  const number = ++last
  tellDue(number)
  return store.persist().then(() => tell(`saved ${number}`))
}

async function change() {
  const kind = random()
  if (kind < 0.03) await clear()
  else if (kind < 0.3) await batch()
  else for (let count = pick(changeCount); count >= 0; count--) await changeOne()
}

async function changeOne() {
  const key = `key ${pick(keyCount)}`
  if (random() < 0.25) {
    await store.delete(key)
    model.delete(key)
  } else {
    const value = newValue()
    await store.set(key, value)
    model.set(key, value)
  }
}

async function batch() {
  const operations = []
  for (let count = pick(changeCount); count >= 0; count--) {
    const key = `key ${pick(keyCount)}`
    if (random() < 0.25) {
      operations.push({ type: 'delete', key })
      model.delete(key)
    } else {
      const value = newValue()
      operations.push({ type: 'set', key, value })
      model.set(key, value)
    }
  }
  await store.batch(operations)
}

async function clear() {
  await store.clear()
  model.clear()
  // Else it would be as if nothing had ever been saved.
  await changeOne()
}

function newValue() {
  return random() < 0.1 ? null : { round: last + 1, text: `“text” ${pick(1e9)}` }
}

function tellDue(number) {
  const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1))
  tell(`due ${number} ${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`)
}

/** Written at once, so that nothing that was told is lost with the process. */
function tell(line) {
  writeSync(1, `${line}\n`)
}

function pick(count) {
  return Math.floor(random() * count)
}
