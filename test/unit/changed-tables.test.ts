import { expect, it } from 'vitest'
import { changedTables } from '../../src/worker/catalog/changed-tables.js'

it.each([
  ['CREATE TABLE t (a INT)', ['t']],
  ['create or replace temp table "T" as select 1', ['t']],
  ['CREATE TABLE IF NOT EXISTS s.t (a INT REFERENCES "p q"(id))', ['p q', 's', 't']],
  ['CREATE UNIQUE INDEX i ON main.t (a)', ['main', 't']],
  ['ALTER TABLE IF EXISTS cat.s.t ADD COLUMN b INT', ['cat', 's', 't']],
  ['/* x */ ALTER TABLE a RENAME TO b; -- y', ['a', 'b']],
  ['DROP TABLE IF EXISTS t', ['t']],
  ['BEGIN; ALTER TABLE t DROP b; COMMIT', ['t']],
  ['EXPLAIN ANALYZE ALTER TABLE t DROP b', ['t']],
  ['PREPARE p AS ALTER TABLE t DROP b', ['t']],
  ["COPY t FROM 'f.csv'; COPY (SELECT 1) TO 'f'", []],
  ['CREATE VIEW v AS SELECT 1; DROP VIEW v; CREATE SEQUENCE s; CREATE OR REPLACE MACRO m() AS 1', []],
  [
    "SET GLOBAL memory_limit = '1GB'; INSERT INTO t VALUES (1); CHECKPOINT; WITH x AS (SELECT 1) SELECT 2",
    [],
  ],
])('%s changes the tables %j', (sql, names) => {
  const changed = changedTables(sql)
  expect(changed === 'any' ? changed : [...changed].sort()).toEqual(names)
})

it.each([
  'DROP INDEX i',
  'DROP SCHEMA s CASCADE',
  'DROP TYPE e CASCADE',
  'ALTER TYPE e RENAME TO f',
  'EXECUTE p',
  "IMPORT DATABASE 'folder'",
  'COPY FROM DATABASE a TO b',
  "ATTACH 'f.db' AS x",
  'DETACH x',
  'CALL something()',
  'CREATE TABLE t (a INT); UNHEARD OF',
])('%s may change any table', (sql) => {
  expect(changedTables(sql)).toBe('any')
})
