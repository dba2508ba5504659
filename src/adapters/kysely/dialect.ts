import type { DatabaseIntrospector, Dialect, DialectAdapter, Driver, Kysely, QueryCompiler } from 'kysely'
import { DuckpaddleAdapter } from './adapter.js'
import type { DuckpaddleDialectConfig } from './dialect-config.js'
import { DuckpaddleDriver } from './driver.js'
import { DuckpaddleIntrospector } from './introspector.js'
import { DuckpaddleQueryCompiler } from './query-compiler.js'

/**
 * Runs the queries of Kysely in the worker of a service.
 *
 * @example
 * ```ts
 * const service = await open('app.duckdb')
 * const db = new Kysely<Database>({ dialect: new DuckpaddleDialect({ service }) })
 * ```
 */
export class DuckpaddleDialect implements Dialect {
  readonly #config: DuckpaddleDialectConfig

  /** @throws TypeError for a `service` that is none, such as a promise of one. */
  constructor(config: DuckpaddleDialectConfig) {
    const { service } = config
    if (typeof service !== 'function' && typeof service?.transaction !== 'function') {
      throw new TypeError('Expected `service` to be a PersistenceService, or a function that makes one')
    }
    this.#config = Object.freeze({ ...config })
  }

  createDriver(): Driver {
    return new DuckpaddleDriver(this.#config)
  }

  createQueryCompiler(): QueryCompiler {
    return new DuckpaddleQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new DuckpaddleAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new DuckpaddleIntrospector(db)
  }
}
