// The same as run-and-kill.mjs by DuckDB alone.
import { DuckDBInstance } from '@duckdb/node-api'

for (const [path, statements] of JSON.parse(process.argv[2])) {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
}
process.kill(process.pid, 'SIGKILL')
