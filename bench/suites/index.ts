import { conflicts } from './conflicts.js'
import { encode } from './encode.js'
import { kv } from './kv.js'
import { lag } from './lag.js'
import { memory } from './memory.js'
import { nested } from './nested.js'
import { read } from './read.js'
import { remote } from './remote.js'
import { small } from './small.js'
import type { Suite } from './suite.js'
import { throughput } from './throughput.js'

const usual = { lag, throughput, conflicts, kv, small, read, nested, memory, encode }

/** Those that run when none is named, in their order. */
export const usualSuites: readonly string[] = Object.keys(usual)

/** By their names. */
export const suites: ReadonlyMap<string, Suite> = new Map(Object.entries({ ...usual, remote }))
