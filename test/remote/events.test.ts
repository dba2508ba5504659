import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Catalog, catalogFolder, engines, newTable, type Place } from './support/engines.js'
import { root } from './support/extensions.js'

/** `REMOTE_EVENTS=1000` for a quick look. */
const { REMOTE_EVENTS = '100000', REMOTE_CALLERS = '1000' } = process.env
const [processes, eventsOfEach, callers] = [4, Number(REMOTE_EVENTS), Number(REMOTE_CALLERS)]
/** The events of a process are numbered from here on, and those of the one that takes its place. */
const firstOf = (index: number, isSecond: boolean) => (2 * index + Number(isSecond)) * 1e7
const columns = { event: 'BIGINT NOT NULL', part: 'BIGINT', at: 'TIMESTAMP' } as const

/** What the processes have said. */
interface Said {
  readonly committed: Set<number>
  readonly failures: string[]
  killed: number
}

/** What a process is told, beside which of the events are its own. */
interface Settings extends Place {
  readonly table: string
  readonly columns: typeof columns
  readonly events: number
  readonly callers: number
}

/**
 * A process that writes events, each of three rows; it is killed after some of them, and another one writes as many as
 * are left.
 */
async function runWriters(settings: Settings, index: number, killAfter: number, said: Said): Promise<void> {
  const { events } = settings
  const settled = await runWriter({ ...settings, first: firstOf(index, false) }, said, killAfter)
  if (settled === events) return
  await runWriter({ ...settings, first: firstOf(index, true), events: events - settled }, said)
}

/** @returns of how many of its events it has said what became of them. */
async function runWriter(
  settings: Settings & { readonly first: number },
  said: Said,
  killAfter?: number,
): Promise<number> {
  const args = [join(root, 'test/remote/support/event-writer.mjs'), JSON.stringify(settings)]
  const cwd = join(root, 'build/remote/application')
  const writer = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  let settled = 0
  const lines = createInterface(writer.stdout)
  lines.on('line', (line) => {
    const [, event, end] = /^(\d+)([.:])/.exec(line) ?? []
    // The last line of one that is killed may be cut off, and then says nothing.
    if (end === undefined) return
    if (end === '.') said.committed.add(Number(event))
    else said.failures.push(line)
    if (++settled === killAfter) setTimeout(() => writer.kill('SIGKILL'), 100 * Math.random())
  })
  const [[code, signal]] = await Promise.all([once(writer, 'exit'), once(lines, 'close')])
  if (signal === 'SIGKILL') said.killed++
  else if (code !== 0) throw new Error(`A process has ended with ${code}`)
  return settled
}

/** How many each process writes. */
const sizes: ReadonlyMap<string, number> = new Map([
  ['DuckLake, its catalog in PostgreSQL', eventsOfEach],
  ['Quack', eventsOfEach],
  // Fewer, for each commit has its turn; and some for each caller, so that there are commits to be killed in.
  ['SQLite', Math.max(Math.ceil(eventsOfEach / 20), 5 * callers)],
])

describe.each(engines.filter(({ name }) => sizes.has(name)))('$name', ({ name, create }) => {
  const events = sizes.get(name) ?? 0
  const { folder, remove } = catalogFolder()
  let catalog: Catalog
  beforeAll(async () => {
    catalog = await create(folder)
  })
  afterAll(async () => {
    await catalog.end?.()
    remove()
  })

  it(`has every acknowledged event once, and none in part, of ${processes} processes that write ${events} each, two of which are killed`, {
    timeout: 900_000,
  }, async () => {
    const db = await catalog.open()
    const table = newTable()
    catalog.declare?.(table, columns)
    await db.table(table, { columns })
    const place: Place = catalog.place
    const said: Said = { committed: new Set(), failures: [], killed: 0 }
    const startedAt = performance.now()
    const writers = Array.from({ length: processes }, (_, index) => {
      const killAfter = index < 2 ? Math.ceil(Math.random() * events * 0.6) : Number.POSITIVE_INFINITY
      return runWriters({ ...place, table, columns, callers, events }, index, killAfter, said)
    })
    await Promise.all(writers)
    const seconds = (performance.now() - startedAt) / 1000
    const rows = db.stream<{ event: bigint; rows: bigint; parts: bigint }>(
      `SELECT event, count(*) AS rows, count(DISTINCT part) AS parts FROM ${catalog.name(table)} GROUP BY event`,
    )
    const written = new Set<number>()
    const wrong: object[] = []
    for await (const row of rows) {
      written.add(Number(row.event))
      if (row.rows !== 3n || row.parts !== 3n) wrong.push(row)
    }
    await db.close()
    const missing = [...said.committed].filter((event) => !written.has(event))
    const { committed, failures, killed } = said
    // A call that rejects says that nothing of it is written.
    const writtenThough = failures.filter((line) => written.has(Number.parseInt(line, 10)))
    console.log(
      `${committed.size} events acknowledged, ${failures.length} failed, ${written.size} written, ${killed} processes killed; ${seconds.toFixed(1)} s, ${(committed.size / seconds).toFixed(0)} events/s`,
    )
    expect(killed).toBe(2)
    expect([missing.length, wrong, writtenThough.length]).toEqual([0, [], 0])
    // The one writer of an SQLite file may keep the others waiting for too long.
    const others = failures.filter((line) => name !== 'SQLite' || !line.includes('PERSIST_CONFLICT'))
    expect(others.slice(0, 3)).toEqual([])
    expect(committed.size + failures.length).toBe(processes * events)
    // Those of the killed processes that nobody has heard of may be there, each of them whole.
    expect(written.size - committed.size).toBeLessThanOrEqual(2 * 3 * callers)
  })
})
