import { describe, expect, it } from 'vitest'
import { Misuse, parseCompareArguments, parseRunArguments } from '../../bench/arguments.js'

const suites = ['lag', 'throughput', 'kv']
const parse = (...args: string[]) => parseRunArguments(args, suites)

describe('the arguments of a run', () => {
  it('leave to the suites what is not said, and name all of them where none is named', () => {
    const folder = 'reports/bench'
    expect(parse()).toEqual({
      suites,
      sizes: undefined,
      shapes: undefined,
      trials: 3,
      seconds: undefined,
      only: '',
      isQuick: false,
      folder,
    })
  })

  it('leave out a suite that only runs where it is named', () => {
    const known = [...suites, 'remote']
    expect(parseRunArguments([], known, suites).suites).toEqual(suites)
    expect(parseRunArguments(['remote'], known, suites).suites).toEqual(['remote'])
  })

  it('say which suites run, in their order and once each, with how many rows of which shapes, and where to', () => {
    const args = [
      'kv',
      'lag',
      'kv',
      '--rows',
      '10,2000',
      '--shape',
      'text,event',
      '--trials',
      '5',
      '--out',
      'x',
    ]
    const expected = { suites: ['kv', 'lag'], sizes: [10, 2000], shapes: ['text', 'event'], trials: 5 }
    expect(parse(...args)).toEqual({ ...expected, only: '', isQuick: false, folder: 'x' })
  })

  it('say how long callers call, and which tests run', () => {
    const args = ['small', '--seconds', '0.5', '--only', 'key on BIGINT, new']
    expect(parseRunArguments(args, ['small'])).toMatchObject({ seconds: 0.5, only: 'key on BIGINT, new' })
  })

  it('ask for one trial of a quick run, unless they say how many', () => {
    expect(parse('--quick')).toMatchObject({ isQuick: true, trials: 1 })
    expect(parse('--quick', '--trials', '2')).toMatchObject({ isQuick: true, trials: 2 })
  })

  it.each([
    [['lags'], 'Expected suites to be among lag, throughput, kv, got "lags"'],
    [['lag', '--rows', 'many'], 'Expected --rows to be integers > 0, got "many"'],
    [['lag', '--rows', ''], 'Expected --rows to be integers > 0, got ""'],
    [['lag', '--rows', '10,1.5'], 'Expected --rows to be integers > 0, got "1.5"'],
    [['lag', '--trials', '0'], 'Expected --trials to be integers > 0, got "0"'],
    [
      ['lag', '--shape', 'event,round'],
      'Expected --shape to be among event, plain-event, key-value, numeric, text, reading, named-reading, doubles, ' +
        'nested, flat, vectors, got "round"',
    ],
    [['lag', '--seconds', '0'], 'Expected --seconds to be a number > 0, got "0"'],
    [['lag', '--seconds', ' '], 'Expected --seconds to be a number > 0, got " "'],
    [['lag', '--row', '1000'], 'npm run bench -- [suite...] [--rows'],
    [['lag', '--rows'], 'npm run bench -- [suite...] [--rows'],
  ])('are refused where they are %j', (args, message) => {
    expect(() => parse(...args)).toThrow(Misuse)
    expect(() => parse(...args)).toThrow(message)
  })
})

describe('the arguments of a comparison', () => {
  it('are two reports, a limit of 10 % unless they say another, and whether all figures are printed', () => {
    const paths = { before: 'A.json', after: 'B.json' }
    expect(parseCompareArguments(['A.json', 'B.json'])).toEqual({ ...paths, limitPercent: 10, isAll: false })
    const args = ['A.json', '--limit', '0.5', 'B.json', '--all']
    expect(parseCompareArguments(args)).toEqual({ ...paths, limitPercent: 0.5, isAll: true })
  })
})
