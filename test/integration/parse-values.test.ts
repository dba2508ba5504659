import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatedCases } from '../support/generated-cases.js'
import { type Feature, nameOf, need } from '../support/test-engine.js'
import { type Row, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

/** Persists texts into a column of a type; says what each has become there, and what SQL's own cast makes of it. */
async function parse(type: string, texts: readonly string[]) {
  const table = await tables.create(undefined, { columns: { i: 'INTEGER', text: 'VARCHAR', v: type } })
  const rows: Row[] = texts.map((text, i) => ({ i, text, v: text }))
  const { rejections } = await table.persist(rows, {
    parse: true,
    onRowError: 'skip',
    maxRejections: texts.length,
  })
  const written = await tables.db.query<{ text: string; v: string; cast: string | null }>(
    `SELECT text, v::VARCHAR AS v, TRY_CAST(text AS ${type})::VARCHAR AS cast FROM ${nameOf(table)} ORDER BY i`,
  )
  const differing = written.filter(({ v, cast }) => cast !== null && v !== cast)
  // Texts that the column takes without `parse` too, such as ISO 8601 durations, which SQL does not read.
  const others = written.filter(({ cast }) => cast === null).map(({ text }, i) => ({ i, text, v: text }))
  await table.persist(others)
  const rejected = rejections.map(({ index, code, column }) => [texts[index], code, column])
  return { written: written.map(({ text, v }) => [text, v]), differing, rejected }
}

/** For each type: texts and what they are read as, texts that are refused, and texts to be tried. */
interface Case {
  readonly taken: Readonly<Record<string, string>>
  readonly refused: Readonly<Record<string, 'type' | 'range' | 'serialize'>>
  readonly tried: fc.Arbitrary<string>
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9_]{0,${max}}$`))
const joined = (...parts: fc.Arbitrary<unknown>[]) => fc.tuple(...parts).map((all) => all.join(''))
const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part)
const oneOf = (...texts: readonly string[]) => fc.constantFrom(...texts)
const blank = maybe(oneOf(' ', '\t', '\n', '\v', '\f', '\r', '\u00a0', '  '))
const exponent = maybe(joined(oneOf('e', 'E'), oneOf('', '+', '-'), digits(2)))
const numbers = fc.oneof(
  joined(blank, oneOf('', '+', '-'), digits(22), maybe(joined(oneOf('.'), digits(22))), exponent, blank),
  joined(oneOf('0x', '0X', '0b', '-0x'), fc.stringMatching(/^[0-9a-fA-F]{0,17}$/)),
  joined(oneOf('', '-', '+'), oneOf('inf', 'Infinity', 'NAN', 'nan', 'infin')),
)
const nat = (max: number, length = 1) => fc.nat(max).map((n) => String(n).padStart(length, '0'))
const dates = joined(
  blank,
  oneOf('', '', '', '-', '+'),
  fc.oneof(nat(9999, 4), nat(400_000, 5), nat(99, 2)),
  oneOf('-', '-', '/', ' '),
  fc.oneof(nat(13, 2), nat(13)),
  oneOf('-', '-', '/', ' '),
  fc.oneof(nat(32, 2), nat(32)),
)
const clocks = joined(
  fc.oneof(nat(25, 2), nat(25)),
  oneOf(':'),
  fc.oneof(nat(60, 2), nat(60)),
  maybe(joined(oneOf(':'), nat(60, 2), maybe(joined(oneOf('.'), digits(10))))),
)
const zones = maybe(
  fc.oneof(
    oneOf('Z', 'z', ' UTC', ' utc', 'UTC', '+00', '-00:00', ' +00:00'),
    joined(oneOf('+', '-'), nat(20, 2)),
  ),
)
const moments = fc.oneof(dates, joined(dates, oneOf('T', ' ', 't', '  '), clocks, zones, blank))

const integers: Case['taken'] = {
  '12': '12',
  ' 12\n': '12',
  '+5': '5',
  '007': '7',
  '1_00': '100',
  '1e2': '100',
  '1.5e1': '15',
  '12.0': '12',
  '5.': '5',
  '-0': '0',
}
const noIntegers: Case['refused'] = {
  '': 'type',
  ' ': 'type',
  '1,5': 'type',
  '1 2': 'type',
  '1_': 'type',
  twelve: 'type',
  true: 'type',
  nan: 'type',
  '12\u00a0': 'type',
  '12.5': 'range',
  '1e-1': 'range',
  '1e99': 'range',
}
const floats: Case['taken'] = {
  '1.5': '1.5',
  ' +1.5 ': '1.5',
  '1e3': '1000.0',
  '.5': '0.5',
  '5.': '5.0',
  '1_000.25': '1000.25',
  '-0': '-0.0',
  inf: 'inf',
  '-Infinity': '-inf',
  NaN: 'nan',
  '16777216': '16777216.0',
}
const noFloats: Case['refused'] = {
  '': 'type',
  '1,5': 'type',
  '0x1F': 'type',
  '1e': 'type',
  '.': 'type',
  '1e400': 'range',
  '1e-400': 'range',
}
const times: Case['taken'] = {
  '2024-05-31': '2024-05-31 00:00:00',
  '2024-05-31T12:30': '2024-05-31 12:30:00',
  '2024/5/3 1:30:05': '2024-05-03 01:30:05',
  '2024-05-31 12:30:05 UTC': '2024-05-31 12:30:05',
  '2024-05-31T12:30:05.000Z': '2024-05-31 12:30:05',
  '2024-05-31T12:30:05+00:00': '2024-05-31 12:30:05',
  Infinity: 'infinity',
  '-inf': '-infinity',
}
const noTimes: Case['refused'] = {
  '': 'type',
  now: 'type',
  '1717158605': 'type',
  '24-05-31': 'type',
  '31.05.2024': 'type',
  '2024-02-30': 'type',
  '2024-05-31T12:30:05.1234567891': 'range',
}
const noLocalTimes: Case['refused'] = { ...noTimes, '2024-05-31T12:30:05+02:00': 'range' }

const cases: Readonly<Record<string, Case>> = {
  TINYINT: {
    taken: { ...integers, '0x1F': '31' },
    refused: { ...noIntegers, '128': 'range' },
    tried: numbers,
  },
  INTEGER: { taken: integers, refused: { ...noIntegers, '2147483648': 'range' }, tried: numbers },
  UINTEGER: {
    taken: { '12': '12', '0b101': '5' },
    refused: { ...noIntegers, '-1': 'range', '-0': 'range', '-.0': 'range', '-.5': 'range' },
    tried: numbers,
  },
  BIGINT: {
    taken: { ...integers, '9223372036854775807': '9223372036854775807', '1e18': '1000000000000000000' },
    refused: { ...noIntegers, '9223372036854775808': 'range', '0xffffffffffffffff': 'range' },
    tried: numbers,
  },
  UBIGINT: { taken: { '18446744073709551615': '18446744073709551615' }, refused: noIntegers, tried: numbers },
  HUGEINT: {
    taken: { ...integers, '1e38': `1${'0'.repeat(38)}` },
    refused: { ...noIntegers, '0x1F': 'type', '2e38': 'range' },
    tried: numbers,
  },
  UHUGEINT: {
    taken: { '3e38': `3${'0'.repeat(38)}` },
    refused: { ...noIntegers, '-1': 'range' },
    tried: numbers,
  },
  FLOAT: {
    taken: { ...floats, '0.1': '0.1', '16777217': '16777216.0', '1.00000005960464478': '1.0000001' },
    refused: { ...noFloats, '1e39': 'range', '1e-46': 'range' },
    tried: numbers,
  },
  DOUBLE: {
    taken: {
      ...floats,
      '0.1': '0.1',
      '5e-324': '5e-324',
      '.1234567_5': '0.12345675',
      '.123456789_5': '0.1234567895',
    },
    refused: { ...noFloats, '.12345678_5': 'type', '-1.1234567812345678_0': 'type' },
    tried: numbers,
  },
  'DECIMAL(6,2)': {
    taken: { ' 12.34 ': '12.34', '1_000.5': '1000.50', '1e2': '100.00', '12.340': '12.34', '.5': '0.50' },
    refused: { '': 'type', '1,5': 'type', '12.345': 'range', '10000': 'range', nan: 'type' },
    tried: numbers,
  },
  'DECIMAL(38,10)': {
    taken: { '1e27': `1${'0'.repeat(27)}.${'0'.repeat(10)}` },
    refused: {},
    tried: numbers,
  },
  BOOLEAN: {
    taken: {
      true: 'true',
      FALSE: 'false',
      T: 'true',
      f: 'false',
      Yes: 'true',
      n: 'false',
      '1': 'true',
      '0': 'false',
    },
    refused: { '': 'type', ' true': 'type', on: 'type', '2': 'type', '01': 'type' },
    tried: oneOf('TRUE', 'fAlse', 'y', 'no', 'on', 'off', 'true ', '1', '0', '10', 'ja', '\u0130'),
  },
  DATE: {
    taken: {
      '2024-05-31': '2024-05-31',
      ' 2024/5/3 ': '2024-05-03',
      '2024-05-31T00:00:00Z': '2024-05-31',
      inf: 'infinity',
    },
    refused: {
      '': 'type',
      '24-05-31': 'type',
      '2024-02-30': 'type',
      '2024-05-31 12:30': 'range',
      today: 'type',
    },
    tried: moments,
  },
  TIME: {
    taken: { '12:30': '12:30:00', '1:30:05.5': '01:30:05.5', '24:00': '24:00:00' },
    refused: { '': 'type', '12': 'type', '12:60': 'type', '12:30:05.1234567': 'range', '12:30+02': 'type' },
    tried: joined(clocks, zones),
  },
  TIMESTAMP: {
    taken: times,
    refused: { ...noLocalTimes, '2024-05-31T12:30:05.1234567': 'range' },
    tried: moments,
  },
  TIMESTAMP_S: {
    taken: times,
    refused: { ...noLocalTimes, '2024-05-31T12:30:05.5': 'range' },
    tried: moments,
  },
  TIMESTAMP_MS: {
    taken: times,
    refused: { ...noLocalTimes, '2024-05-31T12:30:05.1234': 'range' },
    tried: moments,
  },
  TIMESTAMP_NS: {
    taken: { ...times, '2024-05-31T12:30:05.123456789+02:00': '2024-05-31 10:30:05.123456789' },
    refused: noTimes,
    tried: moments,
  },
  TIMESTAMPTZ: {
    taken: {
      '2024-05-31T12:30:05+02:00': '2024-05-31 10:30:05+00',
      '2024/5/3 1:30:05-0030': '2024-05-03 02:00:05+00',
    },
    refused: noTimes,
    tried: moments,
  },
  INTERVAL: {
    taken: {
      '1 day': '1 day',
      '1 year 2 mons 3 days 04:05:06.789': '1 year 2 months 3 days 04:05:06.789',
      '-1 day -02:30:00': '-1 day -02:30:00',
      '36:00:00': '36:00:00',
      '2 WEEKS': '14 days',
      '90 seconds': '00:01:30',
    },
    refused: { '': 'type', '3': 'type', '1.5 days': 'type', '04:60:00': 'type', '1 day, 2 hours': 'type' },
    tried: joined(
      fc
        .array(
          joined(
            oneOf('', '-', '+'),
            nat(999),
            oneOf(' ', '', '  '),
            oneOf('day', 'Years', 'mon', 'mins', 'h', 'secs', 'week'),
          ),
        )
        .map((parts) => parts.join(' ')),
      maybe(
        joined(
          oneOf(' ', ' -', '', '-'),
          nat(999),
          oneOf(':'),
          nat(70, 2),
          maybe(joined(oneOf(':'), nat(70, 2), maybe(joined(oneOf('.'), digits(8))))),
        ),
      ),
    ),
  },
  UUID: {
    taken: Object.fromEntries(
      [
        '123E4567-e89b-12d3-a456-426614174000',
        '{123e4567-e89b-12d3-a456-426614174000}',
        '123e4567e89b12d3a456426614174000',
      ].map((text) => [text, '123e4567-e89b-12d3-a456-426614174000']),
    ),
    refused: { '': 'type', '{123e4567e89b12d3a456426614174000': 'type', '123e4567': 'type' },
    tried: fc.oneof(
      fc.uuid(),
      joined(oneOf('{', ''), fc.stringMatching(/^[0-9a-f]{31,33}$/), oneOf('}', '')),
    ),
  },
  BLOB: {
    taken: { abc: 'abc', '\\xAA\\x41': '\\xAAA', '': '', ' ': ' ' },
    refused: { é: 'type', '\\': 'type', '\\x0': 'type', '\\n': 'type' },
    tried: fc.oneof(fc.string(), fc.stringMatching(/^(\\x[0-9a-fA-F]{1,2}|a|\\){0,4}$/)),
  },
  BIT: {
    taken: { '101': '101' },
    refused: { '': 'range', '2': 'type', ' 1': 'type' },
    tried: fc.stringMatching(/^[01 ]{0,20}$/),
  },
  "ENUM('a', ' b', '')": {
    taken: { a: 'a', ' b': ' b', '': '' },
    refused: { b: 'range', A: 'range', 'a ': 'range' },
    tried: oneOf('a', 'b', ' b', '', 'A'),
  },
  JSON: {
    taken: {
      '{"a": [1]}': '{"a": [1]}',
      '"x"': '"x"',
      ' 1 ': ' 1 ',
      null: 'null',
      '"\\ud83d\\ude00"': '"\\ud83d\\ude00"',
    },
    refused: {
      '': 'type',
      abc: 'type',
      '[1,]': 'type',
      NaN: 'type',
      '"\\ud800"': 'serialize',
      '"\\udc00"': 'serialize',
    },
    tried: fc.oneof(fc.json(), fc.stringMatching(/^"(\\ud83d|\\ude00|\\\\|u|\\n){0,5}"$/), fc.string()),
  },
  VARCHAR: { taken: { '': '', ' 12 ': ' 12 ' }, refused: {}, tried: fc.string({ unit: 'grapheme' }) },
}

/** What an engine may have in part. */
const wholes: Readonly<Record<string, Feature>> = {
  DATE: 'all times',
  TIMESTAMP: 'all times',
  TIMESTAMPTZ: 'all times',
  INTERVAL: 'type INTERVAL',
}

describe.each(Object.entries(cases))('parse, of %s', (type, { taken, refused, tried }) => {
  it('takes what a cast takes, and refuses what it would round, lose or guess', async () => {
    const { written, rejected } = await parse(type, [...Object.keys(taken), ...Object.keys(refused)])
    expect(Object.fromEntries(written)).toEqual(taken)
    expect(rejected).toEqual(Object.entries(refused).map(([text, code]) => [text, code, 'v']))
  })

  it('never makes another value of a text than the cast', async () => {
    const whole = wholes[type]
    if (whole !== undefined) await need(whole)
    const texts = fc.sample(tried, generatedCases(1500))
    const { differing, written } = await parse(type, texts)
    expect(differing).toEqual([])
    expect(written.length).toBeGreaterThan(0)
  })
})
