import { open, type PersistenceService } from 'duckpaddle'
import { DuckpaddleDialect } from 'duckpaddle/kysely'
import { Kysely } from 'kysely'

export interface KyselyTables {
  person: { id: number; name: string | null; age: number | null }
  pet: { id: number; owner: number | null; name: string | null }
  doc: { id: number; body: { a: { b: number[] }; c: string } }
}

export interface OpenKysely {
  readonly service: PersistenceService
  readonly db: Kysely<KyselyTables>
  [Symbol.asyncDispose](): Promise<void>
}

/** Three people, of whom two have pets, and a document, in a service of their own or in one that several tests share. */
export async function openKysely(shared?: PersistenceService): Promise<OpenKysely> {
  const service = shared ?? (await open(':memory:'))
  const db = new Kysely<KyselyTables>({ dialect: new DuckpaddleDialect({ service }) })
  await service.run(`
    CREATE OR REPLACE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR, age INTEGER);
    CREATE OR REPLACE TABLE pet (id INTEGER PRIMARY KEY, owner INTEGER, name VARCHAR);
    CREATE OR REPLACE TABLE doc (id INTEGER, body JSON);
    INSERT INTO person VALUES (1, 'Ada', 36), (2, 'Bob', 5), (3, 'Cy', 36);
    INSERT INTO pet VALUES (1, 1, 'Rex'), (2, 2, 'Tom'), (3, 1, 'Ivy');
    INSERT INTO doc VALUES (1, '{"a":{"b":[1,2]},"c":"x"}')`)
  return {
    service,
    db,
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await service.close()
    },
  }
}
