import type { ColumnCase } from './column-case.js'

export const numberCases: readonly ColumnCase[] = [
  {
    name: 'BOOLEAN',
    type: 'BOOLEAN',
    make: (index) => index % 2 === 0,
    text: (index) => (index % 2 === 0 ? 'true' : 'false'),
  },
  integer('TINYINT', (index) => (index % 200) - 100),
  integer('SMALLINT', (index) => (index % 60_000) - 30_000),
  integer('INTEGER', (index) => index * 1009 - 5_000_000),
  integer('UTINYINT', (index) => index % 256),
  integer('USMALLINT', (index) => index % 60_000),
  integer('UINTEGER', (index) => index * 1009),
  { ...integer('BIGINT', (index) => index * 1_000_003 - 5_000_000_000), name: 'BIGINT from number' },
  bigint('BIGINT', (index) => BigInt(index) * 1_000_003n - 5_000_000_000n),
  bigint('UBIGINT', (index) => 2n ** 63n + BigInt(index)),
  bigint('HUGEINT', (index) => -(10n ** 30n) - BigInt(index)),
  bigint('UHUGEINT', (index) => 2n ** 127n + BigInt(index)),
  // Halves and quarters, which DuckDB prints as they are.
  { name: 'FLOAT', type: 'FLOAT', make: (index) => index + 0.25, text: (index) => `${index}.25` },
  {
    name: 'DOUBLE',
    type: 'DOUBLE',
    make: (index) => index + 0.5,
    text: (index) => `${index}.5`,
    baseline: 'typed array store alone',
  },
  {
    name: 'DECIMAL(18,2) from number',
    type: 'DECIMAL(18,2)',
    make: (index) => index / 100,
    text: (index) => cents(index),
  },
  { name: 'DECIMAL(18,2) from string', type: 'DECIMAL(18,2)', make: cents, text: cents },
]

function integer(type: string, make: (index: number) => number): ColumnCase {
  return { name: type, type, make, text: (index) => String(make(index)) }
}

function bigint(type: string, make: (index: number) => bigint): ColumnCase {
  return { name: `${type} from bigint`, type, make, text: (index) => String(make(index)) }
}

function cents(index: number): string {
  return `${Math.floor(index / 100)}.${String(index % 100).padStart(2, '0')}`
}
