import { createRequire } from 'node:module'
import type * as Bindings from '@duckdb/node-bindings'

/**
 * The bindings that node-api itself uses. Found from here they could be another copy, whose vectors and chunks are
 * none to node-api's.
 */
const requireFromApi = createRequire(createRequire(import.meta.url).resolve('@duckdb/node-api'))

export const duckdb: typeof Bindings = requireFromApi('@duckdb/node-bindings')
