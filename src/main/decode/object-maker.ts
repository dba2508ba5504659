import type { QueryValue } from '../../protocol/query-value.js'
import { createShape } from '../../values/create-shape.js'
import type { ReadAt } from './vector-decoder.js'

/** Makes an object of what there is at a position: a property of each name, of what its reader gives. All have one hidden class. */
export type ObjectMaker = (readers: readonly ReadAt[], index: number) => Record<string, QueryValue>

/** V8 keeps an object of more properties than about a thousand as a dictionary. */
const mostProperties = 1000

/** @param isForMany - Whether it is to make many: to compile a maker takes 0.1 ms. */
export function createObjectMaker(names: readonly string[], isForMany: boolean): ObjectMaker {
  return isForMany && names.length <= mostProperties ? compileMaker(names) : copyShape(names)
}

/**
 * An object literal takes a third of the time that it takes to copy an object and to assign to its properties by name.
 *
 * Where no code may be made of strings, no worker of piscina's starts either.
 */
function compileMaker(names: readonly string[]): ObjectMaker {
  const properties = names.map((name, index) => `${propertyName(name)}: readers[${index}](index)`)
  return new Function('readers', 'index', `return { ${properties.join(', ')} }`) as ObjectMaker
}

/** JSON is a part of JavaScript. A computed name is never the prototype; were all of them computed, it would take as long as copies. */
function propertyName(name: string): string {
  const literal = JSON.stringify(name)
  return name === '__proto__' ? `[${literal}]` : literal
}

function copyShape(names: readonly string[]): ObjectMaker {
  const shape = createShape(names)
  return (readers, index) => {
    const object = { ...shape }
    // There is a reader for every name.
    for (let property = 0; property < names.length; property++) {
      object[names[property] as string] = (readers[property] as ReadAt)(index)
    }
    return object
  }
}
