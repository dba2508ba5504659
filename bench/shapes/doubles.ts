import type { Shape } from './shape.js'

const names = Array.from({ length: 20 }, (_, index) => `d${index}`)

/** What is computed with: twenty columns of DOUBLE, the first of which counts the rows. */
export const doubles: Shape = {
  name: 'doubles',
  table: 'measures',
  columns: Object.fromEntries(names.map((name) => [name, 'DOUBLE NOT NULL'])),
  key: 'd0',
  makeRow: (index) => Object.fromEntries(names.map((name, column) => [name, valueAt(index, column)])),
  append(appender, row) {
    for (const name of names) appender.appendDouble(Number(row[name]))
    appender.endRow()
  },
  keyOf: ({ d0 }) => `measure:${d0}`,
}

function valueAt(index: number, column: number): number {
  return column === 0 ? index : index / (column + 2) + column
}
