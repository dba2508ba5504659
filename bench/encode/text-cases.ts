import type { ColumnCase } from './column-case.js'

const members = ['queued', 'running', 'failed', 'done']

export const textCases: readonly ColumnCase[] = [
  // Up to 12 bytes lie in DuckDB's string entry itself.
  text('VARCHAR, 10 ASCII', (index) => `key-${pad(index, 6)}`),
  { ...text('VARCHAR, 20 ASCII', (index) => `user-${pad(index, 15)}`), baseline: 'Buffer.write alone' },
  {
    ...text('VARCHAR, 200 ASCII', (index) => `${pad(index, 10)} lorem ipsum dolor `.repeat(7).slice(0, 200)),
    baseline: 'Buffer.write alone',
  },
  {
    ...text('VARCHAR, 200 not ASCII', (index) =>
      `${pad(index, 10)} Zürich – Ærøskøbing `.repeat(7).slice(0, 200),
    ),
    baseline: 'Buffer.write alone',
  },
  {
    name: 'JSON, 140 bytes',
    type: 'JSON',
    make: document,
    text: (index) => JSON.stringify(document(index)),
    baseline: 'JSON.stringify alone',
  },
  {
    name: 'BLOB, 32 bytes',
    type: 'BLOB',
    make: (index) => Uint8Array.from({ length: 32 }, (_, at) => (index + at) % 256),
    text: (index) =>
      Array.from({ length: 32 }, (_, at) => ((index + at) % 256).toString(16).padStart(2, '0')).join(''),
    select: 'lower(hex(value))',
  },
  {
    name: 'UUID',
    type: 'UUID',
    make: (index) => uuid(index),
    text: (index) => uuid(index),
  },
  {
    name: 'ENUM of 4',
    type: `ENUM(${members.map((member) => `'${member}'`).join(', ')})`,
    make: (index) => members[index % members.length],
    text: (index) => members[index % members.length] ?? null,
  },
  { name: 'NULL', type: 'BIGINT', make: () => null, text: () => null },
]

function text(name: string, make: (index: number) => string): ColumnCase {
  return { name, type: 'VARCHAR', make, text: make }
}

function pad(index: number, digits: number): string {
  return String(index).padStart(digits, '0')
}

function document(index: number) {
  return {
    user: `user-${pad(index, 8)}`,
    tags: ['a', 'b'],
    text: `lorem ipsum dolor sit amet ${pad(index, 8)} `.repeat(2).trim(),
    ok: true,
  }
}

function uuid(index: number): string {
  return `6f9619ff-8b86-4011-b42d-${index.toString(16).padStart(12, '0')}`
}
