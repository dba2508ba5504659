import { formatColumnType } from '../../protocol/column-type.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { WriterRequest } from '../../protocol/write-requests.js'
import { mismatch } from '../catalog/metadata-reader.js'
import type { TableMetadata } from '../catalog/table-metadata.js'

/**
 * Batches are copied into memory laid out for the columns of a request, so nothing may have changed about them.
 *
 * @param metadata - The table as it is.
 * @throws where it is another than the request was made for.
 */
export function checkTable({ table, columns, isChecked }: WriterRequest, metadata: TableMetadata): void {
  const isSame =
    columns.length === metadata.columns.length &&
    columns.every(({ name, type, notNull, hasDefault }, index) => {
      const current = metadata.columns[index]
      return (
        current !== undefined &&
        current.name === name &&
        current.notNull === notNull &&
        current.hasDefault === hasDefault &&
        formatColumnType(current.type) === formatColumnType(type)
      )
    })
  if (!isSame) changed(`The columns of ${quoteName(table.name)} have changed`)
  if (metadata.isConstrained && !isChecked)
    changed(`The constraints of ${quoteName(table.name)} have changed`)
}

function changed(what: string): never {
  mismatch(`${what}: get the table again with table()`)
}
