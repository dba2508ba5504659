import { describe, expect, it } from 'vitest'
import { isBrokenCommit, toFailure } from '../../src/worker/failure.js'

const codeOf = (message: string) => toFailure(new Error(message), 'PERSIST_QUERY_FAILED', 'x').code
const commit = 'TransactionContext Error: Failed to commit: '
const task = 'Failure running pending result task: '

describe('toFailure', () => {
  it.each([
    [
      'PERSIST_OUT_OF_MEMORY',
      'Out of Memory Error: could not allocate block of size 256.0 KiB (15.0 MiB/15.2 MiB used)',
    ],
    ['PERSIST_OUT_OF_MEMORY', `${task}Out of Memory Error: failed to allocate data of size 16.0 MiB`],
    ['PERSIST_OUT_OF_MEMORY', `${commit}failed to pin block of size 256.0 KiB (15.0 MiB/15.2 MiB used)`],
    ['PERSIST_OUT_OF_MEMORY', `${task}${commit}could not allocate block of size 256.0 KiB`],
    [
      'PERSIST_OUT_OF_MEMORY',
      'Failed to append: could not allocate block of size 256.0 KiB (1 MiB/1 MiB used)',
    ],
    ['PERSIST_OUT_OF_MEMORY', 'std::bad_alloc'],
    ['PERSIST_OUT_OF_MEMORY', 'Out of Memory Error: Allocation failure'],
    [
      'PERSIST_DISK_FULL',
      'Out of Memory Error: failed to offload data block of size 256.0 KiB (1/1 used).\nThis limit',
    ],
    ['PERSIST_DISK_FULL', `${commit}failed to offload data block of size 256.0 KiB (1/1 used).`],
    ['PERSIST_DISK_FULL', `${commit}Could not write file "/a/b.wal": File too large`],
    ['PERSIST_DISK_FULL', 'IO Error: Could not write file "/a/b.duckdb": No space left on device'],
    ['PERSIST_DISK_FULL', 'Failed to append: Could not write file "/a b/c.tmp": Disk quota exceeded'],
    [
      'PERSIST_DISK_FULL',
      'IO Error: Could not write to file "/a" - attempted to write 0 bytes: No space left on device',
    ],
    ['PERSIST_DISK_FULL', 'IO Error: Failed to create directory "/a/b.tmp": No space left on device'],
    ['PERSIST_DISK_FULL', 'IO Error: Cannot open file "/a/b.wal": No space left on device'],
    [
      'PERSIST_DATABASE_INVALID',
      'FATAL Error: Failed to create checkpoint because of error: No space left on device',
    ],
    [
      'PERSIST_DATABASE_INVALID',
      'Failed to append: Failed: database has been invalidated because of a previous fatal',
    ],
    [
      'PERSIST_DATABASE_LOCKED',
      'IO Error: Could not set lock on file "/a": Conflicting lock is held in node (PID 1)',
    ],
    [
      'PERSIST_READ_ONLY',
      'Invalid Input Error: Cannot execute statement of type "DROP" on database "a" which is attached',
    ],
    ['PERSIST_READ_ONLY', 'Cannot append to a readonly database.'],
    ['PERSIST_CONFLICT', `${task}Invalid Error: database is locked`],
    ['PERSIST_CONFLICT', `${commit}Failed to execute query "COMMIT": database is locked`],
    [
      'PERSIST_CONFLICT',
      `${commit}Failed to commit DuckLake transaction.\nFailed to flush changes into DuckLake: database is locked`,
    ],
    ['PERSIST_CONFLICT', 'Invalid Error: Failed to prepare query "SELECT \n 1": database is locked'],
    ['PERSIST_DISK_FULL', `${commit}Failed to execute query "COMMIT": database or disk is full`],
    ['PERSIST_READ_ONLY', `${task}Invalid Error: attempt to write a readonly database`],
    ['PERSIST_ABORTED', 'INTERRUPT Error: Interrupted!'],
    [
      'PERSIST_CONFLICT',
      'IO Error: Failed to run query "INSERT INTO `t` VALUES (\'a": b\')": Deadlock found when trying to get lock; try restarting transaction\n',
    ],
    [
      'PERSIST_CONFLICT',
      `${task}IO Error: Failed to execute MySQL query "UPDATE \n": Record has changed since last read in table 't'; try restarting transaction`,
    ],
    [
      'PERSIST_CONNECTION_LOST',
      `${commit}Failed to run query "COMMIT": Lost connection to server during query\n`,
    ],
    [
      'PERSIST_CONNECTION_LOST',
      'IO Error: Failed to connect to MySQL database with parameters "host=x": Access denied for user',
    ],
  ])('gives %s for %s', (code, message) => {
    expect(codeOf(message)).toBe(code)
  })

  // What values, names and SQL may say.
  const texts = [
    'No space left on device',
    'x": No space left on device',
    '\nCould not write file "x": No space left on device',
    'FATAL Error: Failed',
    'database has been invalidated',
    'Database "x" has been invalidated because ',
    'Out of Memory Error: could not allocate block of size',
    'failed to allocate data of size ',
    'failed to offload data block of size ',
    'which is attached in read-only mode!',
    'readonly database',
    'Could not set lock on file',
    'INTERRUPT Error: Interrupted!',
    commit,
  ]
  const quoting: readonly ((text: string) => string)[] = [
    (text) => `Constraint Error: CHECK constraint failed on table t with expression CHECK((a != '${text}'))`,
    (text) => `Constraint Error: Duplicate key "k: ${text}" violates primary key constraint.`,
    (text) => `${commit}PRIMARY KEY or UNIQUE constraint violation: duplicate key "${text}"`,
    (text) => `${commit}PRIMARY KEY or UNIQUE constraint violation: duplicate key "${text}`,
    (text) => `Failed to append: PRIMARY KEY or UNIQUE constraint violation: duplicate key "${text}`,
    (text) => `${task}Conversion Error: Could not convert string '${text}' to INT32`,
    (text) => `Conversion Error: Could not convert string '${text}`,
    (text) => `Invalid Input Error: ${text}`,
    (text) => `Catalog Error: Table with name ${text} does not exist!`,
    (text) => `Parser Error: syntax error at or near "${text}"`,
    (text) => `IO Error: No files found that match the pattern "${text}`,
    (text) => `IO Error: Cannot open file "${text}": No such file or directory`,
    (text) => `Binder Error: Referenced column "${text}" not found in FROM clause!`,
  ]

  it.each(texts)('is not misled by %j', (text) => {
    for (const quote of quoting) expect(codeOf(quote(text)), quote(text)).toBe('PERSIST_QUERY_FAILED')
    for (const quote of quoting) expect(isBrokenCommit(new Error(quote(text))), quote(text)).toBe(false)
  })

  it.each(['Connection refused', 'Could not connect to server', 'Unable to connect to Postgres'])(
    'takes no value for a server that is gone: %j',
    (text) => {
      const own = quoting.filter((quote) => !/^(IO|Invalid Input) Error/.test(quote('')))
      for (const quote of own) expect(codeOf(quote(text)), quote(text)).toBe('PERSIST_QUERY_FAILED')
    },
  )

  it('takes what V8 throws for lack of memory, and no other RangeError, for it', () => {
    const exhausted = new RangeError('Array buffer allocation failed')
    expect(toFailure(exhausted, 'PERSIST_QUERY_FAILED', 'x').code).toBe('PERSIST_OUT_OF_MEMORY')
    const other = new RangeError('Invalid time value')
    expect(toFailure(other, 'PERSIST_QUERY_FAILED', 'x').code).toBe('PERSIST_QUERY_FAILED')
  })
})

describe('of a MySQL', () => {
  const reasons = [
    'Deadlock found when trying to get lock; try restarting transaction',
    'Lost connection to server during query',
    'Server has gone away',
    'Failed to connect to MySQL database with parameters ',
    'Connection refused',
    'No space left on device',
  ]

  it.each(reasons)('no value is taken for the reason that is %j', (text) => {
    for (const quoted of [text, `x": ${text}`, `x": ${text}\n`]) {
      const statement = `IO Error: Failed to run query "INSERT INTO \`t\` VALUES ('${quoted}')": `
      expect(codeOf(`${statement}Duplicate entry '${quoted}' for key 'PRIMARY'\n`)).toBe(
        'PERSIST_QUERY_FAILED',
      )
    }
  })

  it('the reason is told without the statement, which may have many rows', () => {
    const statement = `Failed to run query "INSERT INTO t VALUES (1, '${'a\n"'.repeat(10_000)}')": `
    const failure = toFailure(
      new Error(`IO Error: ${statement}Data too long for column 't' at row 1\n`),
      'PERSIST_WRITE_FAILED',
      'x',
    )
    expect(failure.message).toBe("x: Data too long for column 't' at row 1")
    expect(failure.databaseMessage).toContain(statement)
  })
})

describe('isBrokenCommit', () => {
  it.each([
    [true, `${commit}could not allocate block of size 256.0 KiB`],
    [true, `${task}${commit}could not allocate block of size 256.0 KiB`],
    [true, `${commit}Could not write file "/a": No space left on device`],
    [true, `${commit}something that nobody knows`],
    [false, `${commit}Failed to run query "COMMIT": Lost connection to server during query\n`],
    [false, `${commit}PRIMARY KEY or UNIQUE constraint violation: duplicate key "1"`],
    [false, `${commit}Transaction conflict: attempting to insert into table "t"`],
    [false, `${commit}Attempting to modify table t but another transaction has altered this table`],
    [false, 'Out of Memory Error: could not allocate block of size 256.0 KiB'],
  ])('is %s for %s', (expected, message) => {
    expect(isBrokenCommit(new Error(message))).toBe(expected)
  })
})
