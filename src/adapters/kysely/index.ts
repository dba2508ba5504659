export { DuckpaddleDialect } from './dialect.js'
export type { DuckpaddleDialectConfig } from './dialect-config.js'
