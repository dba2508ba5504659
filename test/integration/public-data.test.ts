import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inferColumns } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { type Row, TestTables } from '../support/test-tables.js'

/**
 * Data as others publish it: https://github.com/vega/vega-datasets, https://github.com/jshttp/mime-db,
 * https://github.com/mdn/data.
 */
const data = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data')
const require = createRequire(import.meta.url)
const mimeTypes: Record<string, object> = require('mime-db')
const { css, api, l10n }: MdnData = require('mdn-data')
const tables = new TestTables()

interface MdnData {
  readonly css: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly api: { readonly inheritance: Readonly<Record<string, object>> }
  readonly l10n: { readonly css: Readonly<Record<string, Readonly<Record<string, string>>>> }
}

function readRows(name: string): readonly Row[] {
  return JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8'))
}

/** What is one object, and no array of rows. */
function readOne(name: string): Row {
  return JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8'))
}

/** A row of each entry, whose key is its name. */
function entryRows(entries: Readonly<Record<string, object>> = {}): Row[] {
  return Object.entries(entries).map(([name, facts]) => ({ name, ...facts }))
}

async function importRows(rows: readonly Row[], options = {}) {
  const columns = await inferColumns(rows, options)
  const table = await tables.create(undefined, { columns })
  const { inserted } = await table.persist(rows, options)
  expect(inserted).toBe(rows.length)
  const sql = `SELECT * FROM ${table.name} ORDER BY rowid`
  return { columns, read: await tables.db.query<Row>(sql, [], { bigints: 'number' }) }
}

type Expected = Readonly<Record<string, unknown>>

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern)

/** By their kinds. */
const objects: Readonly<Record<string, readonly (readonly [string, readonly Row[], Expected])[]>> = {
  'flat objects': [
    ['cars', readRows('cars'), { Name: 'VARCHAR', Year: 'VARCHAR', Horsepower: 'INTEGER' }],
    ['countries', readRows('countries'), { year: 'INTEGER', life_expect: 'DOUBLE' }],
    ['football', readRows('football'), {}],
    ['budgets', readRows('budget'), {}],
  ],
  'values of several kinds': [
    [
      'movies, whose titles are numbers, too',
      readRows('movies'),
      { Title: 'JSON', 'US Gross': 'INTEGER', 'Worldwide Gross': 'BIGINT', 'IMDB Rating': 'DOUBLE' },
    ],
    [
      'properties of CSS, whose initial values are texts and lists',
      entryRows(css.properties),
      { syntax: 'VARCHAR', inherited: 'BOOLEAN', groups: 'VARCHAR[]', initial: 'JSON', media: 'JSON' },
    ],
  ],
  'measures, some of which are null': [
    ['penguins', readRows('penguins'), { Sex: 'VARCHAR', 'Beak Length (mm)': 'DOUBLE' }],
  ],
  'ragged objects': [
    [
      'media types, few of which say all',
      Object.entries(mimeTypes).map(([type, facts]) => ({ type, ...facts })),
      { type: 'VARCHAR', source: 'VARCHAR', extensions: 'VARCHAR[]', compressible: 'BOOLEAN' },
    ],
    ['monarchs, of whom one is none', readRows('monarchs'), { start: 'INTEGER', commonwealth: 'BOOLEAN' }],
  ],
  'moments, as Dates': [
    [
      'unemployment',
      readRows('unemployment-across-industries').map((row) => ({ ...row, date: new Date(String(row.date)) })),
      { series: 'VARCHAR', rate: 'DOUBLE', date: 'TIMESTAMP' },
    ],
  ],
  'records in records': [
    [
      'a week of weather, with forecasts of some days',
      readRows('weekly-weather'),
      {
        actual: 'STRUCT("high" INTEGER, "low" INTEGER)',
        forecast:
          'STRUCT("high" STRUCT("high" INTEGER, "low" INTEGER), "low" STRUCT("high" INTEGER, "low" INTEGER))',
      },
    ],
  ],
  GeoJSON: [
    [
      'earthquakes',
      readOne('earthquakes').features as readonly Row[],
      { type: 'VARCHAR', geometry: 'STRUCT("type" VARCHAR, "coordinates" DOUBLE[])', id: 'VARCHAR' },
    ],
  ],
  topologies: [
    [
      'tube lines',
      [readOne('londonTubeLines')],
      { arcs: 'INTEGER[][][]', objects: matching(/^STRUCT\(.*"geometries" STRUCT.*\[\]/) },
    ],
    [
      'the counties of a country, whose shapes are of several depths',
      [readOne('us-10m')],
      { arcs: 'INTEGER[][][]', objects: matching(/"counties" STRUCT\("type" VARCHAR, "geometries" JSON\)/) },
    ],
  ],
  hierarchies: [
    ['flare, by the numbers of parents', readRows('flare'), { parent: 'INTEGER', size: 'INTEGER' }],
    [
      'interfaces of the web, by the names of parents',
      entryRows(api.inheritance),
      { inherits: 'VARCHAR', implements: 'VARCHAR[]' },
    ],
  ],
  'graphs, of nodes and links': [
    [
      'who meets whom in a novel',
      [readOne('miserables')],
      {
        nodes: 'STRUCT("name" VARCHAR, "group" INTEGER, "index" INTEGER)[]',
        links: 'STRUCT("source" INTEGER, "target" INTEGER, "value" INTEGER)[]',
      },
    ],
  ],
  'grids of numbers': [
    ['the heights of a volcano', [readOne('volcano')], { width: 'INTEGER', values: 'INTEGER[]' }],
    [
      'a year of rain, as typed arrays',
      [
        {
          ...readOne('annual-precip'),
          values: Float32Array.from(readOne('annual-precip').values as number[]),
        },
      ],
      { scale: 'INTEGER[]', values: 'FLOAT[]' },
    ],
  ],
  dictionaries: [
    [
      'phrases by language, of which some have two spellings',
      Object.entries(l10n.css).map(([phrase, texts]) => ({ phrase, texts })),
      { phrase: 'VARCHAR', texts: 'JSON' },
    ],
    [
      'phrases by their names, a column each, some of which are quotation marks',
      [l10n.css],
      { '""': matching(/^STRUCT\("en-US" VARCHAR, /), absoluteLength: matching(/^STRUCT\("de" VARCHAR, /) },
    ],
    [
      'all that is in CSS, a column for each kind of it',
      [css],
      { functions: matching(/^STRUCT\("abs\(\)" STRUCT\(/), selectors: matching(/"groups" VARCHAR\[\]/) },
    ],
    ['rules of CSS, by whose names they have further ones', entryRows(css.atRules), { descriptors: 'JSON' }],
  ],
}

describe.each(Object.entries(objects))('public data, %s, is read back as it was', (_kind, sets) => {
  it.each(sets)('%s', async (_name, rows, expected) => {
    const { columns, read } = await importRows(rows)
    expect(columns).toMatchObject(expected)
    const names = Object.keys(columns)
    const given = rows.map((row) => Object.fromEntries(names.map((name) => [name, plain(row[name])])))
    expectSame(read, given)
  })
})

/** As it is read: nothing is NULL, and a list is an array. */
function plain(value: unknown): unknown {
  return value instanceof Float32Array ? Array.from(value) : (value ?? null)
}

/** By their kinds: their names, what DuckDB reads them by, and some of their columns. */
const files: Readonly<Record<string, readonly (readonly [string, Expected])[]>> = {
  places: [
    ['airports.csv', { iata: 'VARCHAR', latitude: 'DOUBLE' }],
    ['zipcodes.csv', { zip_code: 'VARCHAR' }],
  ],
  'counts, some of which are missing': [
    ['birdstrikes.csv', { 'Cost Total $': 'INTEGER' }],
    ['disasters.csv', { Year: 'INTEGER', Deaths: 'INTEGER' }],
  ],
  'numbers by days and hours': [
    ['co2-concentration.csv', { Date: 'DATE', CO2: 'DOUBLE' }],
    ['github.csv', { count: 'INTEGER' }],
    ['seattle-weather.csv', { date: 'DATE', temp_max: 'DOUBLE', weather: 'VARCHAR' }],
    ['sp500-2000.csv', { date: 'DATE', volume: 'BIGINT' }],
  ],
  'numbers alone': [['windvectors.csv', { longitude: 'DOUBLE', dirCat: 'INTEGER', speed: 'DOUBLE' }]],
}

const readCsv = (name: string, options: string): Promise<Row[]> =>
  tables.db.query<Row>(`SELECT * FROM read_csv('${join(data, name)}', ${options})`, [], { bigints: 'number' })

describe.each(Object.entries(files))(
  'public CSV files of strings, %s, are read by parse as SQL reads them',
  (_kind, sets) => {
    it.each(sets)('%s', async (name, expected) => {
      const rows = await readCsv(name, 'all_varchar = true')
      const { columns, read } = await importRows(rows, { parse: true })
      expect(columns).toMatchObject(expected)
      const list = Object.entries(columns).map(([column, type]) => `'${column}': '${type}'`)
      const cast = `columns = {${list.join(', ')}}, header = true, auto_detect = false, quote = '"', escape = '"'`
      expectSame(read, await readCsv(name, cast))
    })
  },
)

it('public columns of numbers, as typed arrays, are read back as they were', async () => {
  const rows = await readCsv('windvectors.csv', 'header = true')
  const names = ['longitude', 'latitude', 'dir', 'speed'] as const
  const columns = Object.fromEntries(
    names.map((name) => [name, Float64Array.from(rows, (row) => Number(row[name]))]),
  )
  const definitions = await inferColumns({ columns })
  expect(definitions).toMatchObject({ longitude: 'DOUBLE', speed: 'DOUBLE' })
  const table = await tables.create(undefined, { columns: definitions })
  expect((await table.persist({ columns })).inserted).toBe(rows.length)
  const sql = `SELECT * FROM ${table.name} ORDER BY rowid`
  const read = await tables.db.query(sql, [], { columns: true })
  for (const name of names) expectSame(Array.from(read[name] ?? []), Array.from(columns[name] ?? []))
})
