import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { factsOf, type TypeName } from '../../protocol/column-type.js'
import type { PlainVectorName, VectorEncoding } from '../../protocol/result-batch.js'
import { typeNameOf } from '../catalog/type-name.js'
import { structureOf } from '../catalog/type-structure.js'

/** How the vectors of a type cross; undefined where values of it, at any level, have to be read by node-api. */
export function encodingOf(type: DuckDBType): VectorEncoding | undefined {
  if (type.typeId === DuckDBTypeId.SQLNULL) return { name: 'NULL' }
  const name = typeNameOf(type)
  if (name !== undefined && isPlainVector(name)) return { name }
  return structureOf(type, encodingOf)
}

function isPlainVector(name: TypeName): name is PlainVectorName {
  const { layout } = factsOf(name)
  return typeof layout === 'number' || (layout === 'string' && name !== 'BIGNUM')
}
