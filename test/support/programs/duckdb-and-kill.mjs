// The same as run-and-kill.mjs by DuckDB alone.
import { DuckDBInstance } from '@duckdb/node-api'

// An instance that is collected as garbage is closed, and moves its log into the file.
const instances = []
for (const [path, statements] of JSON.parse(process.argv[2])) {
  const instance = await DuckDBInstance.create(path)
  instances.push(instance)
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
}
if (instances.length > 0) process.kill(process.pid, 'SIGKILL')
