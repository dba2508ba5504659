import {
  ARRAY,
  arrayValue,
  BIGINT,
  DOUBLE,
  LIST,
  listValue,
  STRUCT,
  structValue,
  VARCHAR,
} from '@duckdb/node-api'
import type { Shape } from './shape.js'

const tagsType = LIST(VARCHAR)
const addressType = STRUCT({ street: VARCHAR, zip: VARCHAR, geo: ARRAY(DOUBLE, 2) })

type NestedRow = ReturnType<typeof makeNested>

/** Nested as documents are: words, of which there are none to three, and a structure that has an array in it. */
export const nested: Shape = {
  name: 'nested',
  table: 'places',
  columns: {
    id: 'BIGINT NOT NULL',
    tags: 'VARCHAR[]',
    address: 'STRUCT(street VARCHAR, zip VARCHAR, geo DOUBLE[2])',
  },
  key: 'id',
  makeRow: makeNested,
  append(appender, row: NestedRow) {
    const { tags, address } = toValues(row)
    appender.appendBigInt(BigInt(row.id))
    appender.appendList(tags, tagsType)
    appender.appendStruct(address, addressType)
    appender.endRow()
  },
  bind(row: NestedRow) {
    const { tags, address } = toValues(row)
    return { values: [BigInt(row.id), tags, address], types: [BIGINT, tagsType, addressType] }
  },
  keyOf: ({ id }) => `place:${id}`,
}

/** The same with nothing nested in it. */
export const flat: Shape = {
  name: 'flat',
  table: 'flat_places',
  columns: {
    id: 'BIGINT NOT NULL',
    tags: 'VARCHAR',
    street: 'VARCHAR',
    zip: 'VARCHAR',
    latitude: 'DOUBLE',
    longitude: 'DOUBLE',
  },
  key: 'id',
  makeRow: makeFlat,
  append(appender, { id, tags, street, zip, latitude, longitude }: ReturnType<typeof makeFlat>) {
    appender.appendBigInt(BigInt(id))
    appender.appendVarchar(tags)
    appender.appendVarchar(street)
    appender.appendVarchar(zip)
    appender.appendDouble(latitude)
    appender.appendDouble(longitude)
    appender.endRow()
  },
  keyOf: ({ id }) => `place:${id}`,
}

const words = ['quiet', 'harbour', 'by the river', 'open late']

function makeNested(index: number) {
  return {
    id: index,
    tags: words.slice(0, index % words.length),
    address: {
      street: `${index % 977} Mill Lane, Lower Pond`,
      zip: String(10_000 + (index % 90_000)),
      // No integers: JSON of DuckDB has a point in them, and JSON of JavaScript has none.
      geo: [(2 * (index % 1000) + 1) / 16, (2 * (index % 2000) + 1) / -16],
    },
  }
}

function makeFlat(index: number) {
  const { id, tags, address } = makeNested(index)
  const { street, zip, geo } = address
  const [latitude = 0, longitude = 0] = geo
  return { id, tags: tags.join(), street, zip, latitude, longitude }
}

function toValues({ tags, address: { street, zip, geo } }: NestedRow) {
  return { tags: listValue(tags), address: structValue({ street, zip, geo: arrayValue(geo) }) }
}
