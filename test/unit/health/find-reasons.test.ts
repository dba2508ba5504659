import { describe, expect, it } from 'vitest'
import { resolveHealthOptions } from '../../../src/main/contract/health.js'
import { PersistenceError } from '../../../src/main/contract/persistence-error.js'
import { type Findings, findReasons } from '../../../src/main/health/find-reasons.js'

const mebibyte = 1024 * 1024
const well: Findings = {
  status: 'open',
  isInMemory: false,
  isReadOnly: false,
  worker: { wasLost: false, isStarting: false, reply: { isSameFile: true }, answerMs: 1 },
  figures: { bufferBytes: 0, longestWaitMs: 0, freeDiskBytes: 1000 * mebibyte, walBytes: 0 },
  walThresholdBytes: 64 * mebibyte,
  commitFailure: undefined,
}

function codesOf(findings: Partial<Findings>, options = {}): string[] {
  const reasons = findReasons({ ...well, ...findings }, resolveHealthOptions(options))
  return reasons.map(({ code, status }) => `${code} ${status}`)
}

const figures = (given: Partial<Findings['figures']>) => ({ figures: { ...well.figures, ...given } })

describe('the disk', () => {
  it.each([
    [0, ['disk-full failed']],
    [16 * mebibyte - 1, ['disk-full failed']],
    [16 * mebibyte, ['disk-low degraded']],
    [256 * mebibyte - 1, ['disk-low degraded']],
    [256 * mebibyte, []],
  ])('with %i bytes free', (freeDiskBytes, codes) => {
    expect(codesOf(figures({ freeDiskBytes }))).toEqual(codes)
  })

  it('does not matter where nothing is written, or where it is not known', () => {
    expect(codesOf({ ...figures({ freeDiskBytes: 0, walBytes: 2 ** 40 }), isReadOnly: true })).toEqual([])
    const { freeDiskBytes: _, walBytes: __, ...unknown } = well.figures
    expect(codesOf({ figures: unknown })).toEqual([])
  })
})

describe('the write-ahead log', () => {
  it('may be four times as long as what it is moved from, or as long as is said', () => {
    const walBytes = 256 * mebibyte + 1
    expect(codesOf(figures({ walBytes: walBytes - 1 }))).toEqual([])
    expect(codesOf(figures({ walBytes }))).toEqual(['wal-long degraded'])
    expect(codesOf(figures({ walBytes }), { maxWalBytes: walBytes })).toEqual([])
    expect(codesOf(figures({ walBytes: 1 }), { maxWalBytes: 0 })).toEqual(['wal-long degraded'])
  })

  it('has the limit of DuckDB where that moves it, if it is known', () => {
    const { walThresholdBytes: _, ...left } = { ...well, ...figures({ walBytes: 5000 }) }
    const reply = { isSameFile: true, walThresholdBytes: 1000 }
    const worker = { wasLost: false, isStarting: false, reply }
    const limits = resolveHealthOptions({})
    expect(findReasons({ ...left, worker }, limits)).toMatchObject([{ code: 'wal-long' }])
    expect(findReasons(left, limits)).toEqual([])
  })
})

describe('the worker', () => {
  const silent = { wasLost: false, isStarting: false }
  it.each([
    [silent, ['worker-unresponsive failed']],
    [{ ...silent, isStarting: true }, ['worker-starting degraded']],
    [
      { ...silent, wasLost: true, error: new PersistenceError('PERSIST_WORKER_LOST', '') },
      ['worker-lost degraded'],
    ],
    [{ ...silent, error: new PersistenceError('PERSIST_OPEN_FAILED', '') }, ['open-failed failed']],
    [{ ...silent, error: new PersistenceError('PERSIST_DATABASE_LOCKED', '') }, ['open-failed failed']],
    [{ ...silent, error: new Error('of no code') }, ['open-failed failed']],
    [{ ...silent, error: new PersistenceError('PERSIST_DATABASE_INVALID', '') }, ['database-invalid failed']],
    [{ ...silent, error: new PersistenceError('PERSIST_CLOSED', '') }, []],
  ])('%# says', (worker, codes) => {
    expect(codesOf({ worker })).toEqual(codes)
  })
})

it('the worst comes first', () => {
  const commitFailure = new PersistenceError('PERSIST_DISK_FULL', 'full')
  const worker = { wasLost: true, isStarting: false, reply: { isSameFile: false } }
  const findings = { ...figures({ freeDiskBytes: 0, longestWaitMs: 10_001 }), commitFailure, worker }
  expect(codesOf(findings)).toEqual([
    ...['file-replaced failed', 'disk-full failed'],
    ...['worker-lost degraded', 'call-waiting degraded', 'commit-failed degraded'],
  ])
})
