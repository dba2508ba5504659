import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inferColumns } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { type Row, TestTables } from '../support/test-tables.js'

/** Data as others publish it: https://github.com/vega/vega-datasets, https://github.com/jshttp/mime-db. */
const data = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data')
const require = createRequire(import.meta.url)
const tables = new TestTables()

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(data, name), 'utf8'))
}

async function importRows(rows: readonly Row[], options = {}) {
  const columns = await inferColumns(rows, options)
  const table = await tables.create(undefined, { columns })
  const { inserted } = await table.persist(rows, options)
  expect(inserted).toBe(rows.length)
  const sql = `SELECT * FROM ${table.name} ORDER BY rowid`
  return { columns, read: await tables.db.query<Row>(sql, [], { bigints: 'number' }) }
}

describe('rows of public data', () => {
  const mimeTypes: Record<string, object> = require('mime-db')
  const earthquakes = readJson('earthquakes.json') as { readonly features: readonly Row[] }

  it.each<[string, readonly Row[], object]>([
    [
      'movies, whose titles are numbers, too',
      readJson('movies.json') as Row[],
      { Title: 'JSON', 'US Gross': 'INTEGER', 'Worldwide Gross': 'BIGINT', 'IMDB Rating': 'DOUBLE' },
    ],
    ['cars', readJson('cars.json') as Row[], { Name: 'VARCHAR', Year: 'VARCHAR', Horsepower: 'INTEGER' }],
    [
      'earthquakes, as GeoJSON',
      earthquakes.features,
      { type: 'VARCHAR', geometry: 'STRUCT("type" VARCHAR, "coordinates" DOUBLE[])', id: 'VARCHAR' },
    ],
    ['penguins, of which some were not measured', readJson('penguins.json') as Row[], { Sex: 'VARCHAR' }],
    ['countries', readJson('countries.json') as Row[], { year: 'INTEGER', life_expect: 'DOUBLE' }],
    ['football', readJson('football.json') as Row[], {}],
    ['budgets', readJson('budget.json') as Row[], {}],
    ['flare', readJson('flare.json') as Row[], { parent: 'INTEGER', size: 'INTEGER' }],
    [
      'a map of tube lines, as a topology',
      [readJson('londonTubeLines.json') as Row],
      { arcs: 'INTEGER[][][]', objects: expect.stringMatching(/^STRUCT\(.*"geometries" STRUCT.*\[\]/) },
    ],
    [
      'media types, few of which say all',
      Object.entries(mimeTypes).map(([type, facts]) => ({ type, ...facts })),
      { type: 'VARCHAR', source: 'VARCHAR', extensions: 'VARCHAR[]', compressible: 'BOOLEAN' },
    ],
  ])('are read back as they were: %s', async (_, rows, expected) => {
    const { columns, read } = await importRows(rows)
    expect(columns).toMatchObject(expected)
    const names = Object.keys(columns)
    const given = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null])))
    expectSame(read, given)
  })
})

describe('rows of public CSV files, of strings', () => {
  const readCsv = (name: string, options: string): Promise<Row[]> =>
    tables.db.query<Row>(`SELECT * FROM read_csv('${join(data, name)}', ${options})`)

  it.each<[string, object]>([
    ['airports.csv', { iata: 'VARCHAR', latitude: 'DOUBLE' }],
    ['birdstrikes.csv', { 'Cost Total $': 'INTEGER' }],
    ['co2-concentration.csv', { Date: 'DATE', CO2: 'DOUBLE' }],
    ['disasters.csv', { Year: 'INTEGER', Deaths: 'INTEGER' }],
    ['github.csv', { count: 'INTEGER' }],
    ['seattle-weather.csv', { date: 'DATE', temp_max: 'DOUBLE', weather: 'VARCHAR' }],
    ['sp500-2000.csv', { date: 'DATE', volume: 'BIGINT' }],
    ['zipcodes.csv', { zip_code: 'VARCHAR' }],
  ])('are read by parse as SQL reads them: %s', async (name, expected) => {
    const rows = await readCsv(name, 'all_varchar = true')
    const { columns, read } = await importRows(rows, { parse: true })
    expect(columns).toMatchObject(expected)
    const list = Object.entries(columns).map(([column, type]) => `'${column}': '${type}'`)
    const cast = `columns = {${list.join(', ')}}, header = true, auto_detect = false, quote = '"', escape = '"'`
    const sql = `SELECT * FROM read_csv('${join(data, name)}', ${cast})`
    expectSame(read, await tables.db.query(sql, [], { bigints: 'number' }))
  })
})
