import { doubles } from './doubles.js'
import { event } from './event.js'
import { keyValue } from './key-value.js'
import { flat, nested } from './nested.js'
import { numeric } from './numeric.js'
import { plainEvent } from './plain-event.js'
import { namedReading, reading } from './reading.js'
import type { Shape } from './shape.js'
import { text } from './text.js'
import { vectors } from './vectors.js'

const shapes: ReadonlyMap<string, Shape> = new Map(
  [event, plainEvent, keyValue, numeric, text, reading, namedReading, doubles, nested, flat, vectors].map(
    (shape) => [shape.name, shape],
  ),
)

export const shapeNames: readonly string[] = [...shapes.keys()]

/** @throws Error if there is no shape of this name. */
export function findShape(name: string): Shape {
  const found = shapes.get(name)
  if (found === undefined) throw new Error(`There is no shape ${name}`)
  return found
}
