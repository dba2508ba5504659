import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder that lasts as long as the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'duckpaddle-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let databases = 0

/** The path of a database that does not exist yet. */
export function newDatabase(folder: string): string {
  return join(folder, `${++databases}.duckdb`)
}
