import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RowPositions } from '../../../src/main/write/row-positions.js'
import { generatedCases } from '../../support/generated-cases.js'

it('the rows that were written stand between those that were skipped', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (isWritten) => {
      const positions = new RowPositions()
      const written: number[] = []
      for (const [index, each] of isWritten.entries()) {
        if (each) written.push(index)
        else positions.skip(index)
      }
      expect(written.map((_, ordinal) => positions.indexOf(ordinal))).toEqual(written)
      // What comes after all that is known of.
      expect(positions.indexOf(written.length + 2)).toBe(isWritten.length + 2)
    }),
    generatedCases(100),
  )
})
