import { inlineStringBytes, stringEntryBytes } from '../../protocol/column-type.js'
import { duckdb } from '../instance/duckdb.js'
import type { BatchMemory } from './batch-memory.js'

/** Strings that lie one behind the other. */
interface Run {
  /** The row of the first one. */
  readonly row: number
  readonly start: number
  end: number
}

/** More runs than these are looked at again in the order of memory, where there may be fewer. */
const fewRuns = 16

/** Words of an entry: its length, a prefix, and the halves of a pointer. */
const entryWords = stringEntryBytes / 4
const [lowWord, highWord] = [2, 3]

/**
 * Copies what the entries of strings point to, and has them say where it is in the buffer.
 *
 * A call of the bindings costs more than the copy of a string, and most strings of a chunk lie one behind the other: so
 * they are fetched run by run.
 *
 * @param words - The entries, whose pointers are replaced; one whose string is not to be read has the length 0.
 * @returns where the strings are, and how many bytes.
 */
export function copyStrings(
  words: Uint32Array<ArrayBuffer>,
  memory: BatchMemory,
): { readonly heap: number; readonly heapBytes: number } {
  const rows = longRows(words)
  const runs = findRuns(words, rows)
  const heap = memory.size
  let heapBytes = 0
  const offsets = runs.map(({ row, start, end }) => {
    const pointer = stringEntryBytes * row + 4 * lowWord
    memory.addBehind(duckdb.get_data_from_pointer(words.buffer, pointer, end - start), heap + heapBytes)
    heapBytes += end - start
    return heap + heapBytes - (end - start)
  })
  relocate(words, rows, runs, offsets)
  return { heap, heapBytes }
}

/** The rows whose strings are not in their entries. */
function longRows(words: Uint32Array): number[] {
  const rows: number[] = []
  const count = words.length / entryWords
  for (let row = 0; row < count; row++) {
    if ((words[row * entryWords] ?? 0) > inlineStringBytes) rows.push(row)
  }
  return rows
}

/** Sorts the rows by where their strings are, if that makes fewer runs. */
function findRuns(words: Uint32Array, rows: number[]): Run[] {
  const runs = joinRuns(words, rows)
  if (runs.length <= fewRuns) return runs
  rows.sort((a, b) => pointerOf(words, a) - pointerOf(words, b))
  return joinRuns(words, rows)
}

function joinRuns(words: Uint32Array, rows: readonly number[]): Run[] {
  const runs: Run[] = []
  let run: Run | undefined
  for (const row of rows) {
    const start = pointerOf(words, row)
    const end = start + (words[row * entryWords] ?? 0)
    // What lies between two strings may be memory of nobody's.
    if (run !== undefined && start >= run.start && start <= run.end) run.end = Math.max(run.end, end)
    else {
      run = { row, start, end }
      runs.push(run)
    }
  }
  return runs
}

function relocate(
  words: Uint32Array,
  rows: readonly number[],
  runs: readonly Run[],
  offsets: readonly number[],
): void {
  let index = -1
  let run: Run | undefined
  for (const row of rows) {
    const start = pointerOf(words, row)
    const next = runs[index + 1]
    if (row === next?.row) {
      run = next
      index++
    }
    words[row * entryWords + lowWord] = (offsets[index] ?? 0) + start - (run?.start ?? 0)
    words[row * entryWords + highWord] = 0
  }
}

/** An address has 48 bits: a number holds it. */
function pointerOf(words: Uint32Array, row: number): number {
  const low = words[row * entryWords + lowWord] ?? 0
  return (words[row * entryWords + highWord] ?? 0) * 2 ** 32 + low
}
