// Opens each database of argv[2], a JSON array of [path, statements], runs the statements by `run()`, and dies by SIGKILL
// when all are acknowledged: what it leaves is what a crash leaves.
import { open } from '../../../dist/main/index.js'

for (const [path, statements] of JSON.parse(process.argv[2])) {
  const db = await open(path)
  for (const sql of statements) await db.run(sql)
}
process.kill(process.pid, 'SIGKILL')
