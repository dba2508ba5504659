import { event } from './event.js'
import { keyValue } from './key-value.js'
import { numeric } from './numeric.js'
import type { Shape } from './shape.js'
import { text } from './text.js'

/**
 * All shapes. Each takes the rows that it makes, and no others; the compiler loses sight of that here, where a shape is
 * looked up by what was typed, and it is kept by never giving a row to another shape than the one that made it.
 */
const shapes = [event, keyValue, numeric, text] as unknown as readonly Shape<object>[]

export const shapeNames: readonly string[] = shapes.map(({ name }) => name)

/** @throws Error if there is no shape of this name. */
export function findShape(name: string): Shape<object> {
  const found = shapes.find((shape) => shape.name === name)
  if (found === undefined) throw new Error(`There is no shape ${name}`)
  return found
}
