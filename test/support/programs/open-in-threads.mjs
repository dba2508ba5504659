// Opens argv[2] in argv[3] threads at the same moment; each that gets in commits a row. Prints the outcomes.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { open } from '../../../dist/main/index.js'

async function openAndWrite(path, gate, thread) {
  Atomics.add(gate, 1, 1)
  Atomics.wait(gate, 0, 0)
  let db
  try {
    db = await open(path)
  } catch (error) {
    return error.code ?? error.message
  }
  const table = await db.table('t', { columns: { thread: 'INTEGER' } })
  await table.persist([{ thread }])
  await db.close()
  return 'written'
}

if (isMainThread) {
  const [, , path, threads] = process.argv
  const gate = new Int32Array(new SharedArrayBuffer(8))
  const url = new URL(import.meta.url)
  const workers = Array.from(
    { length: Number(threads) },
    (_, thread) => new Worker(url, { workerData: { path, gate, thread } }),
  )
  const outcomes = workers.map(async (worker) => (await once(worker, 'message'))[0])
  while (Atomics.load(gate, 1) < workers.length) await new Promise((resolve) => setTimeout(resolve, 1))
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  console.log(JSON.stringify(await Promise.all(outcomes)))
} else {
  const { path, gate, thread } = workerData
  parentPort.postMessage(await openAndWrite(path, gate, thread))
}
