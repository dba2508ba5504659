import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

const program = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
for line in sys.stdin:
    connection.execute(line).fetchall()
    print("done", flush=True)
`

/** Another process, which has an SQLite file open. */
export class SqliteProcess {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>

  constructor(file: string) {
    this.#process = spawn('python3', ['-c', program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  }

  /** Runs a statement; resolves when it is done. */
  async run(sql: string): Promise<void> {
    this.#process.stdin.write(`${sql}\n`)
    await once(this.#process.stdout, 'data')
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.stdin.end()
    await ended
  }
}
