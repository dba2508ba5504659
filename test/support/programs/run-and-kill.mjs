// Opens each database of argv[2], a JSON array of [path, statements], runs the statements by `run()`, those of an array
// in one transaction, and dies by SIGKILL when all are acknowledged: what it leaves is what a crash leaves.
import { open } from '../../../dist/main/index.js'

for (const [path, statements] of JSON.parse(process.argv[2])) {
  const db = await open(path)
  for (const sql of statements) {
    await (Array.isArray(sql)
      ? db.transaction(async (tx) => {
          for (const part of sql) await tx.run(part)
        })
      : db.run(sql))
  }
}
process.kill(process.pid, 'SIGKILL')
