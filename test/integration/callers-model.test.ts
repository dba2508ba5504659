import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Scenario, scenarioOn } from '../support/callers/actions.js'
import { callersTables, type TableName } from '../support/callers/tables.js'
import { CallersWorld } from '../support/callers/world.js'
import { generatedCases, isLong } from '../support/generated-cases.js'
import { isHostile } from '../support/hostile-settings.js'
import { readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { openForTest } from '../support/test-engine.js'

const folder = temporaryFolder()

const unhandled: unknown[] = []
const collect = (reason: unknown) => unhandled.push(reason)
beforeAll(() => process.on('unhandledRejection', collect))
afterAll(() => process.off('unhandledRejection', collect))

async function checkScenario(tables: readonly TableName[], scenario: Scenario): Promise<void> {
  const path = newDatabase(folder)
  const db = await openForTest(path, { threads: 1 })
  try {
    const world = await CallersWorld.create(db, tables)
    await world.run(scenario)
    const readings = world.readings()
    const found = await readEach(
      path,
      readings.map(({ sql }) => sql),
    )
    for (const [index, { check }] of readings.entries()) check(found[index] ?? [])
    expect(unhandled).toEqual([])
  } finally {
    await db.close()
  }
}

const groups: Record<string, readonly TableName[]> = {
  'a key, or nothing that tells rows apart': ['plain', 'plain_with_defaults', 'by_bigint', 'by_text'],
  'other keys of the library': ['by_pair', 'by_double', 'numbered_by_key', 'plain'],
  constraints: ['by_primary', 'numbered_by_primary', 'constrained', 'by_code'],
  'FOREIGN KEYs between them': ['parent', 'child', 'grandchild', 'plain'],
  'FOREIGN KEYs to themselves': ['node', 'by_bigint'],
  'all of these': Object.keys(callersTables) as TableName[],
}

describe('many callers find what one after the other would have found', () => {
  it.each(isLong ? Object.keys(groups) : Object.keys(groups).slice(0, -1))(
    'on tables with %s',
    async (title) => {
      const tables = groups[title] ?? []
      await fc.assert(
        fc.asyncProperty(scenarioOn(tables), (scenario) => checkScenario(tables, scenario)),
        generatedCases(isHostile ? 1 : 2, 1),
      )
    },
    600_000,
  )
})
