import { conflicts } from './conflicts.js'
import { encode } from './encode.js'
import { kv } from './kv.js'
import { lag } from './lag.js'
import { memory } from './memory.js'
import { nested } from './nested.js'
import { read } from './read.js'
import { small } from './small.js'
import type { Suite } from './suite.js'
import { throughput } from './throughput.js'

/** By their names, in the order in which they run when none is named. */
export const suites: ReadonlyMap<string, Suite> = new Map(
  Object.entries({ lag, throughput, conflicts, kv, small, read, nested, memory, encode }),
)
