import { Worker } from 'node:worker_threads'
import { now } from '../scheduling/real-timers.js'
import { isSingleExecutable } from './is-single-executable.js'
import { requireFrom } from './require-from.js'

/** When, in milliseconds, the process is killed where it could not be ended with its exit code. */
const killMs = 1000

/** The main thread's `exit()` must be under way when the helper calls it too. */
const helperMs = 50

/** Words of the memory that main and its helpers share. */
const words = { ready: 0, go: 1, never: 2 } as const

/**
 * Ends the process at once, with its exit code, whatever its threads are inside of.
 *
 * `process.exit()` first ends every thread: it would wait for as long as DuckDB takes, and then abort for what the
 * bindings throw in a thread that is being ended. Where Node can replace the process by another program, that is the
 * way (https://nodejs.org/api/process.html#processexecvefile-args-env). Elsewhere WASI's `proc_exit` is the C library's
 * `exit()` (uvwasi_proc_exit in https://github.com/nodejs/uvwasi/blob/main/src/uvwasi.c), which ends no thread, but in
 * libuv's destructor waits for those of its pool, where DuckDB may be. A second `exit()`, of another thread, finds that
 * destructor taken and ends the process; newer C libraries let it wait, and then the process is killed, which loses its
 * exit code and nothing else. What is not committed is rolled back when the database is opened again, as after a crash.
 */
export function endProcess(exitCode: number): void {
  // What is used here warns of being experimental, to a process that is over.
  process.emitWarning = () => undefined
  try {
    replaceProcess(exitCode)
  } catch {
    // Not on this platform.
  }
  const memory = new Int32Array(new SharedArrayBuffer(12))
  const wasm = exitModule(exitCode)
  startHelper(killSource, memory, wasm)
  startHelper(exitSource, memory, wasm)
  awaitHelpers(memory)
  const { WASI } = requireFrom(process.execPath)('node:wasi')
  const wasi = new WASI({ version: 'preview1', returnOnExit: false })
  const { Instance, Module } = webAssembly
  const instance = new Instance(new Module(wasm), { wasi_snapshot_preview1: wasi.wasiImport })
  Atomics.store(memory, words.go, 1)
  Atomics.notify(memory, words.go)
  wasi.start(instance)
}

/** Ends the process where nothing else does. */
const killSource = `
  Atomics.add(memory, ${words.ready}, 1)
  Atomics.wait(memory, ${words.never}, 0, ${killMs})
  process.kill(process.pid, 'SIGKILL')
`

/** Calls `exit()` as soon as the main thread does. */
const exitSource = `
  process.emitWarning = () => undefined
  const { WASI } = require('node:wasi')
  const wasi = new WASI({ version: 'preview1', returnOnExit: false })
  const imports = { wasi_snapshot_preview1: wasi.wasiImport }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports)
  Atomics.add(memory, ${words.ready}, 1)
  Atomics.wait(memory, ${words.go}, 0)
  Atomics.wait(memory, ${words.never}, 0, ${helperMs})
  wasi.start(instance)
`

/** A thread that is still starting would use what `exit()` destroys. */
function awaitHelpers(memory: Int32Array): void {
  const deadline = now() + killMs
  while (Atomics.load(memory, words.ready) < 2 && now() < deadline) {
    Atomics.wait(memory, words.never, 0, 5)
  }
  Atomics.wait(memory, words.never, 0, 5)
}

function startHelper(source: string, memory: Int32Array, wasm: Uint8Array): void {
  const setup = "const { memory, wasm } = require('node:worker_threads').workerData"
  const options = { eval: true, workerData: { memory, wasm }, execArgv: [], env: {} }
  new Worker(`${setup}\n${source}`, options).on('error', () => undefined)
}

/** Never returns where it works; the types of Node 20 do not have it. */
function replaceProcess(exitCode: number): void {
  if (!('execve' in process) || typeof process.execve !== 'function' || isSingleExecutable()) return
  process.execve(process.execPath, [process.execPath, '-e', `process.exit(${exitCode})`], {})
}

/** Of the global `WebAssembly`, whose types come with those of browsers only. */
interface WebAssemblyClasses {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => object
}

const { WebAssembly: webAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyClasses }

/**
 * WebAssembly whose `_start` calls `proc_exit(exitCode)`.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
function exitModule(exitCode: number): Uint8Array<ArrayBuffer> {
  const body = [0x00, 0x41, ...signedLeb128(exitCode), 0x10, 0x00, 0x0b]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // Types: (i32) -> (), () -> ().
    ...section(1, [2, 0x60, 1, 0x7f, 0, 0x60, 0, 0]),
    ...section(2, [1, ...name('wasi_snapshot_preview1'), ...name('proc_exit'), 0x00, 0]),
    ...section(3, [1, 1]),
    ...section(5, [1, 0x00, 0]),
    ...section(7, [2, ...name('memory'), 0x02, 0, ...name('_start'), 0x00, 1]),
    ...section(10, [1, body.length, ...body]),
  ])
}

function section(id: number, contents: readonly number[]): number[] {
  return [id, contents.length, ...contents]
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

function signedLeb128(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}
