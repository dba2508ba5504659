import { Readable } from 'node:stream'

/**
 * Streams and iterators that calls have taken. They are as good as at their end then: what is left of one lacks the rows
 * that its call has taken.
 */
const taken = new WeakSet<object>()

const iteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([].values()))
const asyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
)

/** How JavaScript's own iterators are iterated: they return themselves, and so can be read once. */
const ownIterate = Reflect.get(iteratorPrototype, Symbol.iterator)
const ownIterateAsync = Reflect.get(asyncIteratorPrototype, Symbol.asyncIterator)

/**
 * Notes that a call takes rows from `rows`, which nobody can read again.
 *
 * A generator, or another iterator, that somebody else has read to its end cannot be told from one that has no rows. Nor
 * is one refused that others have made, and that returns itself: it may begin anew each time.
 *
 * @throws TypeError for what has been read before: it would seem to have no rows.
 */
export function takeOnce(rows: object): void {
  const problem = problemOf(rows)
  if (problem !== undefined) {
    throw new TypeError(`Expected \`rows\` that have not been read yet, got ${problem}`)
  }
  if (isNodeReadable(rows) || isIterator(rows)) taken.add(rows)
}

function problemOf(rows: object): string | undefined {
  if (rows instanceof ReadableStream) {
    if (rows.locked) return 'a ReadableStream that is locked: a reader or a pipe has it'
    // Node knows of both kinds of streams; its types, of one.
    const isDisturbed = Readable.isDisturbed(rows as unknown as Readable)
    return isDisturbed ? 'a ReadableStream that has been read from' : undefined
  }
  if (isNodeReadable(rows)) {
    if (rows.readableEnded) return 'a stream that has been read to its end'
    // A call that did not read it to its end has destroyed it.
    return taken.has(rows) ? 'a stream that another call of persist() has taken' : undefined
  }
  return taken.has(rows) ? 'an iterator that another call of persist() has taken' : undefined
}

function isNodeReadable(rows: object): rows is Readable {
  return 'readableEnded' in rows && typeof rows.readableEnded === 'boolean'
}

function isIterator(rows: object): boolean {
  const { [Symbol.iterator]: iterate, [Symbol.asyncIterator]: iterateAsync }: MaybeIterable = rows
  return iterate === ownIterate || iterateAsync === ownIterateAsync
}

interface MaybeIterable {
  readonly [Symbol.iterator]?: unknown
  readonly [Symbol.asyncIterator]?: unknown
}
