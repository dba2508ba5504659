import { type MessagePort, parentPort } from 'node:worker_threads'
import { monotonicMs } from './clock.js'
import type { MemorySample } from './memory.js'

const intervalMs = 10
// There is one in every worker.
const port = parentPort as MessagePort
const samples: MemorySample[] = []
const sample = () => samples.push({ atMs: monotonicMs(), rssBytes: process.memoryUsage.rss() })

sample()
const timer = setInterval(sample, intervalMs)
port.once('message', () => {
  clearInterval(timer)
  sample()
  port.postMessage(samples)
})
port.postMessage('ready')
