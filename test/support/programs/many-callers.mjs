// 50 callers write to the database argv[2], by calls of 1 to 50 rows, until argv[4] calls are acknowledged; then the
// process ends in the way of argv[3], or loses its worker and goes on for as many again. argv[5] is a seed. Prints `made N TABLE ROWS` before each call, and
// `done N` or `failed N CODE` after it. Each row has the number of its call, and of how many rows that is.
import { writeSync } from 'node:fs'
import { open } from '../../../dist/main/index.js'
import { createRandom } from './random.mjs'

const [, , path, way, ...numbers] = process.argv
const [last, seed] = numbers.map(Number)
const random = createRandom(seed)
const resourceLimits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }
const db = await open(path, way === 'lose' ? { resourceLimits } : {})

const columns = { id: 'INTEGER', call: 'INTEGER', of: 'INTEGER' }
await db.run('CREATE TABLE parent (id INTEGER PRIMARY KEY, call INTEGER, "of" INTEGER)')
await db.run('CREATE TABLE child (id INTEGER PRIMARY KEY REFERENCES parent (id), call INTEGER, "of" INTEGER)')
const tables = {
  plain: await db.table('plain', { columns }),
  by_key: await db.table('by_key', { columns, key: ['id'] }),
  parent: await db.table('parent'),
  child: await db.table('child'),
}

let calls = 0
let acknowledged = 0
let parents = 0
let hasEnded = false

const ways = {
  // By who has started it.
  kill: () => undefined,
  exit: () => process.exit(3),
  throw: () => {
    process.nextTick(() => {
      throw new Error('thrown on purpose')
    })
  },
  // The callers stop, and there is nothing else to do.
  end: () => undefined,
  close: () => void db.close({ timeoutMs: 0 }).then(() => process.exit(3)),
  lose: () =>
    void db
      .query(
        'SELECT 1',
        Array.from({ length: 1_000_000 }, (_, index) => `parameter ${index}`),
      )
      .catch((error) => tell(`lost ${error.code}`)),
}

await Promise.all(Array.from({ length: 50 }, call))

async function call() {
  while (!hasEnded) {
    const kind = random()
    const count = random() < 0.6 ? 1 : 1 + pick(50)
    if (kind < 0.5) await persist('plain', count, (call, index) => 1000 * call + index)
    else if (kind < 0.75) await persist('by_key', count, (call, index) => (7 * call + index) % 300)
    else {
      const first = parents
      parents += count
      await Promise.all(['parent', 'child'].map((name) => persist(name, count, (_, index) => first + index)))
    }
  }
}

async function persist(name, count, idOf) {
  const number = ++calls
  const rows = Array.from({ length: count }, (_, index) => ({
    id: idOf(number, index),
    call: number,
    of: count,
  }))
  tell(`made ${number} ${name} ${count}`)
  try {
    await tables[name].persist(rows, name === 'by_key' ? { onConflict: 'update' } : {})
    tell(`done ${number}`)
    if (++acknowledged === last) ways[way]()
    if (acknowledged === (way === 'lose' ? 2 * last : last)) hasEnded = way !== 'kill'
  } catch (error) {
    tell(`failed ${number} ${error.code ?? error}`)
  }
}

/** Written at once, so that nothing that was told is lost with the process. */
function tell(line) {
  writeSync(1, `${line}\n`)
}

function pick(count) {
  return Math.floor(random() * count)
}
