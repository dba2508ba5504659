import type { ColumnCase } from './column-case.js'

const start = Date.UTC(2024, 0, 1)
const dayMs = 86_400_000
/** Steps that go through days, hours and milliseconds alike. */
const stepMs = 3_723_004

export const timeCases: readonly ColumnCase[] = [
  { name: 'DATE from Date', type: 'DATE', make: (index) => new Date(dayAt(index)), text: day },
  { name: 'DATE from string', type: 'DATE', make: day, text: day },
  {
    name: 'TIME from string',
    type: 'TIME',
    make: (index) => isoAt(index).slice(11, 23),
    text: (index) => isoAt(index).slice(11, 23),
    select: "strftime(DATE '2024-01-01' + value, '%H:%M:%S.%g')",
  },
  timestamp('TIMESTAMP from Date', 'TIMESTAMP', dateAt),
  timestamp('TIMESTAMP from string', 'TIMESTAMP', isoAt),
  {
    name: 'TIMESTAMP_S from Date',
    type: 'TIMESTAMP_S',
    make: (index) => new Date(start + index * 3_723_000),
    text: (index) => new Date(start + index * 3_723_000).toISOString(),
    select: isoSql('value::TIMESTAMP'),
  },
  timestamp('TIMESTAMP_MS from Date', 'TIMESTAMP_MS', dateAt),
  timestamp('TIMESTAMP_NS from Date', 'TIMESTAMP_NS', dateAt),
  {
    ...timestamp('TIMESTAMPTZ from Date', 'TIMESTAMPTZ', dateAt),
    text: (index) => String(start + index * stepMs),
    select: 'epoch_ms(value)::VARCHAR',
  },
  {
    name: 'INTERVAL from parts',
    type: 'INTERVAL',
    make: (index) => ({ months: index % 12, days: index % 28, micros: index * 1009 }),
    text: (index) => `${index % 12} ${index % 28} ${index * 1009}`,
    select:
      "concat_ws(' ', datepart('month', value), datepart('day', value), datepart('microseconds', value))",
  },
]

function timestamp(name: string, type: string, make: (index: number) => unknown): ColumnCase {
  return { name, type, make, text: isoAt, select: isoSql('value::TIMESTAMP') }
}

function isoSql(expression: string): string {
  return `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%gZ')`
}

function dateAt(index: number): Date {
  return new Date(start + index * stepMs)
}

function isoAt(index: number): string {
  return dateAt(index).toISOString()
}

function dayAt(index: number): number {
  return start + (index % 5000) * dayMs
}

function day(index: number): string {
  return new Date(dayAt(index)).toISOString().slice(0, 10)
}
