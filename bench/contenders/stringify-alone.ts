import { columnKind } from '../shapes/column-kind.js'
import { columnNames } from '../shapes/shape.js'
import type { Contender } from './contender.js'

/** Nothing is written: what has to be done on the main thread by everyone who is given objects and stores JSON. */
export const stringifyAlone: Contender = {
  async open(_path, shape) {
    const names = columnNames(shape).filter((name) => columnKind(shape.columns[name]) === 'json')
    let characters = 0
    return {
      async write(rows) {
        for (const row of rows) {
          for (const name of names) characters += JSON.stringify(row[name]).length
        }
        return undefined
      },
      async close() {
        // The lengths are used, so that no compiler leaves them out.
        if (characters === 0) throw new Error(`Expected the shape ${shape.name} to have JSON`)
      },
    }
  },
}
