import { readFileSync, writeFileSync } from 'node:fs'
import { MemorySampler } from './memory-sampler.js'

/** Looks at the resident memory of the process from now on. */
export interface PeakMemory {
  /** The most since then, in bytes. */
  stop(): Promise<number>
}

/** Exactly where the kernel keeps a peak that can be reset, which is Linux; by samples elsewhere. */
export async function watchPeakMemory(): Promise<PeakMemory> {
  if (resetPeak()) return { stop: async () => readPeakBytes() }
  const sampler = await MemorySampler.start()
  return { stop: async () => Math.max(...(await sampler.stop()).map(({ rssBytes }) => rssBytes)) }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return Number.isFinite(readPeakBytes())
  } catch {
    return false
  }
}

function readPeakBytes(): number {
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
