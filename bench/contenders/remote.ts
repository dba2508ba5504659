import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { readDuckDB, readTable } from '../read-back/read-duckdb.js'
import { bindRow, createTable, parameters, type Shape } from '../shapes/shape.js'
import type { Contender } from './contender.js'
import { openTable } from './duckpaddle.js'
import { nameOf, type Place, type RemoteEngine, remoteEngines } from './remote-engines.js'
import { openUpserts } from './remote-upserts.js'

/** What writes to an engine: this library, and a prepared INSERT that is run, and so committed, for each row. */
export function remoteNames(engine: RemoteEngine): readonly [ours: string, insert: string] {
  return [`duckpaddle, ${engine}`, `INSERT per row, ${engine}`]
}

/** The same with a key, beside a statement for each row that has the engine look for it. */
export function remoteKeyedNames(engine: RemoteEngine): readonly [ours: string, upsert: string] {
  return [`duckpaddle, key, ${engine}`, `upsert per row, ${engine}`]
}

const engines = Object.entries(remoteEngines) as [RemoteEngine, (path: string) => Place][]

export const remoteContenders: Readonly<Record<string, Contender>> = Object.fromEntries(
  engines.flatMap(([engine, placeOf]) => {
    const [ours, insert] = remoteNames(engine)
    const [keyed, upsert] = remoteKeyedNames(engine)
    return [
      [ours, contender(placeOf, openOurs('none'))],
      [insert, { ...contender(placeOf, openInsert), maxCallers: 1 }],
      [keyed, contender(placeOf, openOurs('key'))],
      [upsert, { ...contender(placeOf, openUpsert), maxCallers: 1 }],
    ]
  }),
)

/** The most rows that a statement for each is given. */
export const remoteRowLimits: Readonly<Record<string, number>> = Object.fromEntries(
  engines.map(([engine]) => [remoteNames(engine)[1], 300]),
)

function contender(
  placeOf: (path: string) => Place,
  open: (place: Place, shape: Shape) => ReturnType<Contender['open']>,
): Contender {
  return {
    async open(path, shape) {
      const place = placeOf(path)
      const stop = await place.serve?.()
      const { close, ...writer } = await open(place, shapeAt(place, path, shape))
      return {
        ...writer,
        async close() {
          await close()
          await stop?.()
        },
      }
    },
    async readBack(path, shape, keys) {
      const place = placeOf(path)
      // What a server has served it has written to the file, though it was killed.
      if (place.serve !== undefined) return readDuckDB(path, shapeAt(place, path, shape), keys)
      const { connection, close } = await attach(place)
      try {
        return await readTable(connection, shapeAt(place, path, shape), keys)
      } finally {
        close()
      }
    },
  }
}

/** A database server has the tables of all trials, and not all engines have all types. */
function shapeAt({ types = {} }: Place, path: string, shape: Shape): Shape {
  const columns = Object.entries(shape.columns).map(([name, type]) => [name, types[type] ?? type])
  return { ...shape, columns: Object.fromEntries(columns), table: `${shape.table}_${nameOf(path)}` }
}

function openOurs(keeper: 'none' | 'key') {
  return ({ database, extensions, init }: Place, shape: Shape) =>
    openTable(database, shape, keeper, init === '' ? { extensions } : { extensions, init })
}

async function openUpsert(place: Place, shape: Shape): ReturnType<Contender['open']> {
  const { connection, close } = await attach(place)
  const writer = await openUpserts(connection, shape, place.upsertBy, place.send)
  return { ...writer, close: async () => close() }
}

async function openInsert(place: Place, shape: Shape): ReturnType<Contender['open']> {
  const { connection, close } = await attach(place)
  await connection.run(createTable(shape))
  const statement = await connection.prepare(`INSERT INTO ${shape.table} VALUES (${parameters(shape)})`)
  return {
    async write(rows) {
      for (const row of rows) {
        const { values, types } = bindRow(shape, row)
        statement.bind(values, types)
        await statement.run()
      }
      return undefined
    },
    close: async () => close(),
  }
}

/** A DuckDB in memory on this thread, which has the place attached, and uses it. */
async function attach({ database, extensions, init, attachOptions = '' }: Place) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection: DuckDBConnection = await instance.connect()
  for (const extension of extensions) await connection.run(`LOAD '${extension}'`)
  if (init !== '') await connection.run(init)
  await connection.run(`ATTACH '${database}' AS place ${attachOptions}`)
  await connection.run('USE place')
  return {
    connection,
    close(): void {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
