import { type ColumnDescriptor, formatColumnType, isPlain } from '../../protocol/column-type.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'

const setting = 'ducklake_default_data_inlining_row_limit'

/** Runs what inserts rows into a table, so that all of them are in files where the catalog would not keep them as they are. */
export async function withoutInlining<Result>(
  connection: TransactionConnection,
  { metadata, columns }: Pick<WriteTarget, 'metadata' | 'columns'>,
  insert: () => Promise<Result>,
): Promise<Result> {
  if (!metadata.capabilities.inlines || !columns.some(isMangled)) return insert()
  const [limit = 0] = await connection.readNumbers(`SELECT current_setting('${setting}')::BIGINT`)
  await connection.run(`SET SESSION ${setting} = 0`)
  const result = await insert()
  // Where it has failed, nobody uses the connection again.
  await connection.run(`SET SESSION ${setting} = ${limit}`)
  return result
}

function isMangled({ type }: ColumnDescriptor): boolean {
  return !isPlain(type.name) && /\b(STRUCT|JSON)\b/.test(formatColumnType(type))
}
