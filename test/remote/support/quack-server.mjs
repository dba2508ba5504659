// Serves a DuckDB until it is killed. Run in the folder of the application, whose DuckDB it has.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const { DuckDBInstance } = require('@duckdb/node-api')
const { database, address, token, extensions } = JSON.parse(process.argv[2])

const instance = await DuckDBInstance.create(database, { threads: '1' })
const connection = await instance.connect()
for (const extension of extensions) await connection.run(`LOAD '${extension}'`)
await connection.run(`CALL quack_serve('quack:${address}', token = '${token}')`)
console.log('ready')
setInterval(() => connection, 1 << 30)
