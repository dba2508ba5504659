import { type RunnerTestCase, TestRunner } from 'vitest'

/** Runs tests on an engine: one that ends with `NotOnEngine` is about what the engine does not have, and has passed. */
export default class EngineRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    try {
      await TestRunner.getTestFn(test)()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotOnEngine') throw error
      Object.assign(test.meta, { notOnEngine: error.message })
    }
  }
}
