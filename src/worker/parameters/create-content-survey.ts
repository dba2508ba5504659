import {
  BLOB,
  BOOLEAN,
  type DuckDBArrayType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionType,
  VARCHAR,
} from '@duckdb/node-api'
import { formatParameter } from '../../protocol/format-path.js'
import { duckdb } from '../instance/duckdb.js'
import type { ContentKind } from './content-kind.js'
import type { ContentSurvey, OpenPath, SurveyContext } from './content-survey.js'
import { DateSurvey } from './date-survey.js'
import { IntervalSurvey } from './interval-survey.js'
import { JsonSurvey } from './json-survey.js'
import { ListSurvey } from './list-survey.js'
import { MapSurvey } from './map-survey.js'
import { NumberSurvey } from './number-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace } from './place.js'
import { StructSurvey } from './struct-survey.js'
import { UnionSurvey } from './union-survey.js'

/**
 * @param wanted - The type of the place; where the values are of another kind, DuckDB casts what they become.
 * @param path - Of the first of the values.
 */
export function createContentSurvey(
  kind: ContentKind,
  wanted: DuckDBType | undefined,
  context: SurveyContext,
  path: OpenPath,
): ContentSurvey {
  switch (kind) {
    case 'boolean':
      return simpleSurvey<boolean>(BOOLEAN, (value) => duckdb.create_bool(value))
    case 'string':
      return simpleSurvey<string>(VARCHAR, (value) => duckdb.create_varchar(value), quote)
    case 'Uint8Array':
      return simpleSurvey<Uint8Array>(BLOB, (value) => duckdb.create_blob(value))
    case 'number':
      return new NumberSurvey(wanted, path)
    case 'Date':
      return new DateSurvey(wanted, context)
    case 'array':
      return new ListSurvey(nestedType<DuckDBListType | DuckDBArrayType>(kind, wanted, path), context)
    case 'object':
      return new StructSurvey(nestedType<DuckDBStructType>(kind, wanted, path), context)
    case 'Map':
      return new MapSurvey(nestedType<DuckDBMapType>(kind, wanted, path), context)
    case 'UNION':
      return new UnionSurvey(wanted as DuckDBUnionType, context)
    case 'INTERVAL':
      return new IntervalSurvey()
    case 'JSON':
      return new JsonSurvey()
  }
}

function simpleSurvey<Content extends boolean | string | Uint8Array>(
  ...place: Parameters<typeof nullablePlace<Content>>
): ContentSurvey {
  return { add: () => undefined, toPlace: () => nullablePlace(...place) }
}

/** A string as an item of a list that is text. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** By the id of a nested type, what is wanted there, in the words of a message. */
const nestedKinds: ReadonlyMap<DuckDBTypeId, readonly [ContentKind, string]> = new Map([
  [DuckDBTypeId.LIST, ['array', 'an array']],
  [DuckDBTypeId.ARRAY, ['array', 'an array']],
  [DuckDBTypeId.STRUCT, ['object', 'an object']],
  [DuckDBTypeId.MAP, ['Map', 'a Map or an object']],
])

/** Undefined where no nested type is wanted. */
function nestedType<Type extends DuckDBType>(
  kind: ContentKind,
  wanted: DuckDBType | undefined,
  path: OpenPath,
): Type | undefined {
  const nested = wanted && nestedKinds.get(wanted.typeId)
  if (nested === undefined) return undefined
  const [wantedKind, description] = nested
  // The type of that kind.
  if (wantedKind === kind) return wanted as Type
  const typeName = DuckDBTypeId[wanted?.typeId ?? DuckDBTypeId.INVALID]
  throw parameterFailure(
    `Expected ${formatParameter(path)}, a ${typeName}, to be ${description}, got ${kind}`,
  )
}
