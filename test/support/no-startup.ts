import type { Startup } from '../../src/protocol/startup.js'

/** Of a database that nothing is to be run in first. */
export const noStartup: Startup = { extensions: [], installExtensions: false, init: [] }
