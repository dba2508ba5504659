/** What every contender keeps under a key: about 140 bytes of JSON. */
export interface KeyValueRecord {
  readonly key: string
  readonly value: {
    readonly id: number
    readonly version: number
    readonly name: string
    readonly email: string
    readonly roles: readonly string[]
    readonly isActive: boolean
    readonly score: number
  }
}

/** SQL of the table that a database without a store of its own has. */
export function createStorageTable({ hasPrimaryKey = false } = {}): string {
  return `CREATE TABLE IF NOT EXISTS storage ("key" VARCHAR ${hasPrimaryKey ? 'PRIMARY KEY' : 'NOT NULL'}, "value" JSON)`
}

export function makeRecords(start: number, end: number, version: number): KeyValueRecord[] {
  return Array.from({ length: end - start }, (_, index) => makeRecord(start + index, version))
}

/** @param version - What becomes of the value as it is set again. */
export function makeRecord(id: number, version: number): KeyValueRecord {
  return {
    key: `user:${id}`,
    value: {
      id,
      version,
      name: `User Number ${id}`,
      email: `user.${id}@example.com`,
      roles: ['reader', 'editor'],
      isActive: (id + version) % 2 === 0,
      score: (id % 1000) / 8 + version,
    },
  }
}
