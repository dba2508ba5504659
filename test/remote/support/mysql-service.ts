import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll } from 'vitest'
import { extensionFile } from './extensions.js'
import { createMariadbDatabase, mariadbConnection, mariadbPort, runMariadb } from './mariadb.js'

/** A database of the MariaDB of the tests, and how it is opened. */
export const database: string = createMariadbDatabase()
export const place: string = `mysql:${mariadbConnection(mariadbPort, database)}`
export const options = { extensions: [extensionFile('mysql_scanner')] }

/** A service on it, which is open for all tests of the file. */
export let db: PersistenceService

beforeAll(async () => {
  db = await open(place, options)
})
afterAll(() => db.close())

/** Runs SQL as another program does, and has its tables be known. */
export async function onServer(sql: string): Promise<string> {
  const output = runMariadb(`USE ${database}; ${sql}`)
  await db.run('CALL mysql_clear_cache()')
  return output
}
