import { open, type PersistenceService, type QueryRow } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fewOf } from '../support/generated-cases.js'

/** Around the changes of summer time in New York, of Lord Howe's half hour, before 1970 and far away. */
const dates = [
  '2024-03-10T06:59:59.999Z',
  '2024-03-10T07:30:00.123Z',
  '2024-11-03T05:30:00.000Z',
  '2024-11-03T06:30:00.000Z',
  '2024-04-06T15:15:00.500Z',
  '1969-07-20T20:17:40.001Z',
  '0044-03-15T12:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
].map((text) => new Date(text))

const columns = ['tz', 'ts', 'ms'] as const
let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
  await db.run(`CREATE TABLE t (tz TIMESTAMPTZ, ts TIMESTAMP, ms TIMESTAMP_MS, s TIMESTAMP_S, ns TIMESTAMP_NS, d DATE,
    ti TIME, tiz TIMETZ, v VARCHAR)`)
})
afterAll(() => db.close({ timeoutMs: 0 }))

async function first(sql: string, value: Date): Promise<unknown> {
  const rows = await db.query(sql, [value])
  return Object.values(rows[0] ?? {})[0]
}

describe.each(fewOf(['America/New_York', 'Australia/Lord_Howe'], ['UTC', 'Asia/Kathmandu', 'Pacific/Apia']))(
  'a Date, where TimeZone is %s',
  (zone) => {
    beforeAll(async () => {
      await db.run(`SET GLOBAL TimeZone = '${zone}'`)
    })

    it.each(dates)('is the same moment in every column: %s', async (date) => {
      await db.run('DELETE FROM t')
      const isNear = Math.abs(date.getUTCFullYear() - 1970) < 200
      const all = [...columns, ...(isNear ? ['ns'] : [])]
      for (const column of all) {
        const inserted = await db.query<QueryRow>(
          `INSERT INTO t (${column}) VALUES (?) RETURNING ${column} AS x`,
          [date],
        )
        expect(inserted, column).toEqual([{ x: date }])
        for (const condition of [
          `${column} = ?`,
          `${column} IN (?)`,
          `${column} >= ?`,
          `coalesce(${column}, ?) = ${column}`,
        ]) {
          expect(
            await first(`SELECT count(*)::INT FROM t WHERE ${column} IS NOT NULL AND ${condition}`, date),
          ).toBe(1)
        }
        const before = new Date(date.getTime() - 1)
        expect(await first(`SELECT count(*)::INT FROM t WHERE ${column} <= ?`, before), column).toBe(0)
      }
    })

    it.each(dates)('keeps what a column holds of it, in UTC: %s', async (date) => {
      await db.run('DELETE FROM t')
      const sql = `INSERT INTO t (s, d, ti, tiz, v) VALUES ($s, $d, $ti, $tiz, $v)
      RETURNING s, d, ti::VARCHAR AS ti, tiz::VARCHAR AS tiz, v`
      const [row] = await db.query(sql, { s: date, d: date, ti: date, tiz: date, v: date })
      const [day = '', time = ''] = date.toISOString().slice(0, -1).split('T')
      const clock = time.replace(/0+$/, '').replace(/(:00)?\.$/, (_, zeros) => zeros ?? '')
      expect(row).toEqual({
        s: new Date(Math.round(date.getTime() / 1000) * 1000),
        d: new Date(day),
        ti: clock,
        tiz: `${clock}+00`,
        v: date.getUTCFullYear() === 44 ? expect.any(String) : `${day} ${clock}`,
      })
      expect(await first('SELECT count(*)::INT FROM t WHERE ti = ?', date)).toBe(1)
      expect(await first('SELECT count(*)::INT FROM t WHERE tiz = ?', date)).toBe(1)
      const isMidnight = date.getUTCHours() === 0
      expect(await first('SELECT count(*)::INT FROM t WHERE d = ?', date)).toBe(isMidnight ? 1 : 0)
      expect(await first('SELECT count(*)::INT FROM t WHERE d = ?', new Date(day))).toBe(1)
    })

    it.each(dates)('is that moment where its place has no type: %s', async (date) => {
      await db.run('DELETE FROM t')
      const both = [{ tz: date, ts: date }]
      expect(await db.query('INSERT INTO t (tz, ts) VALUES ($1, $1) RETURNING tz, ts', [date])).toEqual(both)
      expect(await db.query('UPDATE t SET tz = $at, ts = $at RETURNING tz, ts', { at: date })).toEqual(both)
      await db.run('INSERT INTO t (tz, ts) SELECT ?, ?', [date, date])
      for (const condition of [
        'tz = $1 AND ts = $1',
        'tz = (SELECT $1)',
        'ts = (SELECT $1)',
        'ts - $1 = INTERVAL 0 DAY',
        'tz - $1 = INTERVAL 0 DAY',
        '(tz, 1) = ($1, 1)',
        'tz = ANY ([$1])',
        "date_diff('minute', $1, tz) = 0",
        'tz - INTERVAL 1 HOUR = $1 - INTERVAL 1 HOUR',
        'ts - INTERVAL 1 HOUR = $1 - INTERVAL 1 HOUR',
      ]) {
        expect(await first(`SELECT count(*)::INT FROM t WHERE ${condition}`, date), condition).toBe(2)
      }
      expect(await first('SELECT $1', date)).toEqual(date)
      expect(await first('SELECT [$1]', date)).toEqual([date])
      expect(await first('SELECT epoch_ms($1)', date)).toBe(BigInt(date.getTime()))
      expect(await first('SELECT hour($1)', date)).toBe(BigInt(date.getUTCHours()))
      expect(await first('SELECT $1 UNION SELECT tz FROM t', date)).toEqual(date)
      expect(await first("SELECT date_trunc('hour', $1)", date)).toEqual(
        new Date(date.toISOString().replace(/:.*/, ':00Z')),
      )
      expect(await first('SELECT epoch_ms($1::TIMESTAMPTZ)', date)).toBe(BigInt(date.getTime()))
      expect(await first("SELECT strftime($1::TIMESTAMP, '%H:%M')", date)).toBe(
        date.toISOString().slice(11, 16),
      )
      expect(await first('SELECT $1::VARCHAR', date)).toEqual(
        await first('SELECT v FROM (SELECT $1::VARCHAR AS v)', date),
      )
    })
  },
)

it('is UTC in text under every time zone', async () => {
  for (const zone of ['UTC', 'Asia/Kathmandu']) {
    await db.run(`SET GLOBAL TimeZone = '${zone}'`)
    expect(await first('SELECT $1::VARCHAR', new Date('2024-07-01T10:20:30.450Z'))).toBe(
      '2024-07-01 10:20:30.45',
    )
  }
})
