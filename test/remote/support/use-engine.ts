/** Has the databases of a test file be on the engine that the project of the test is for: see `vitest.remote.config.ts`. */
import { afterAll, expect } from 'vitest'
import { type Feature, NotOnEngine, useEngine } from '../../support/test-engine.js'
import { attemptAt } from './attempts.js'
import { isDocumented, readDocumentedEngines } from './documented-engines.js'
import { type Catalog, catalogFolder, engines } from './engines.js'

const { ENGINE: name = '' } = process.env
const engine = engines.find((other) => other.name === name)
if (engine === undefined) throw new Error(`There is no engine ${name}`)

const documented = readDocumentedEngines().get(name) ?? {}
const { folder, remove } = catalogFolder()
const named = new Map<string, Promise<Catalog>>()
const all: Promise<Catalog>[] = []
const refusals = new Map<Feature, Promise<unknown>>()
/** That which was opened last; in all of them tables are called alike. */
let latest: Catalog | undefined

useEngine({
  async open(path, options) {
    latest = await catalogOf(path)
    return latest.open(options)
  },
  get table() {
    return latest?.table ?? {}
  },
  get refresh() {
    return latest?.refresh
  },
  name: (table) => latest?.name(table) ?? table,
  async need(feature) {
    if (isDocumented(documented, feature)) return
    const refusal = refusals.get(feature) ?? refusalOf(feature)
    refusals.set(feature, refusal)
    throw new NotOnEngine(`${name} has no ${feature}`, { cause: await refusal })
  },
})

afterAll(async () => {
  await Promise.all(all.map(async (catalog) => (await catalog).end?.()))
  remove()
})

function newCatalog(): Promise<Catalog> {
  const catalog = Promise.resolve(engine?.create(folder) ?? expect.fail('There is no engine'))
  all.push(catalog)
  return catalog
}

function catalogOf(path: string): Promise<Catalog> {
  if (path === ':memory:') return newCatalog()
  const catalog = named.get(path) ?? newCatalog()
  named.set(path, catalog)
  return catalog
}

/** What it is refused with. */
async function refusalOf(feature: Feature): Promise<unknown> {
  const isShared = engine?.isShared === true && latest !== undefined
  const catalog = isShared ? latest : await newCatalog()
  const db = await catalog?.open()
  try {
    if (catalog === undefined || db === undefined) return expect.fail('There is no engine')
    const refusal: unknown = await attemptAt(feature)
      .run(db, catalog)
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(refusal, `${feature}, which ${name} should not have`).toMatchObject(
      attemptAt(feature).refusal ?? {},
    )
    return refusal
  } finally {
    await db?.close()
  }
}
