import {
  type DatabaseIntrospector,
  type DatabaseMetadata,
  type DatabaseMetadataOptions,
  type Kysely,
  type SchemaMetadata,
  sql,
  type TableMetadata,
} from 'kysely'

interface FoundColumn {
  readonly schema: string
  readonly table: string
  readonly isView: boolean
  readonly column: string
  readonly type: string
  readonly isNullable: boolean
  readonly defaultText: string | null
  readonly comment: string | null
}

const columnsOfTables = sql<FoundColumn>`
  SELECT c.schema_name AS "schema", c.table_name AS "table", v.view_name IS NOT NULL AS "isView",
    c.column_name AS "column", c.data_type AS "type", c.is_nullable AS "isNullable",
    c.column_default AS "defaultText", c.comment AS "comment"
  FROM duckdb_columns() AS c
  LEFT JOIN duckdb_views() AS v
    ON v.database_name = c.database_name AND v.schema_name = c.schema_name AND v.view_name = c.table_name
  WHERE c.database_name = current_database() AND NOT c.internal
  ORDER BY c.schema_name COLLATE "binary" ASC, c.table_name COLLATE "binary" ASC, c.column_index ASC`

const schemasOfDatabase = sql<SchemaMetadata>`
  SELECT schema_name AS "name" FROM duckdb_schemas() WHERE database_name = current_database()
  ORDER BY schema_name COLLATE "binary" ASC`

/** The schemas, tables and views of the database that was opened; not those that are attached. */
export class DuckpaddleIntrospector implements DatabaseIntrospector {
  readonly #db: Kysely<unknown>

  /** @param db - Without plugins. */
  constructor(db: Kysely<unknown>) {
    this.#db = db
  }

  async getSchemas(): Promise<SchemaMetadata[]> {
    return (await schemasOfDatabase.execute(this.#db)).rows
  }

  async getTables(
    { withInternalKyselyTables }: DatabaseMetadataOptions = { withInternalKyselyTables: false },
  ): Promise<TableMetadata[]> {
    const { rows } = await columnsOfTables.execute(this.#db)
    const tables = new Map<string, TableMetadata>()
    for (const row of rows) {
      if (!withInternalKyselyTables && isOfKysely(row.table)) continue
      const id = JSON.stringify([row.schema, row.table])
      const { table: name, schema, isView } = row
      const table = tables.get(id) ?? { name, schema, isView, columns: [] }
      tables.set(id, table)
      table.columns.push({
        name: row.column,
        dataType: row.type,
        isNullable: row.isNullable,
        hasDefaultValue: row.defaultText !== null,
        isAutoIncrementing: /^nextval\(/i.test(row.defaultText ?? ''),
        ...(row.comment === null ? {} : { comment: row.comment }),
      })
    }
    return [...tables.values()]
  }

  async getMetadata(options?: DatabaseMetadataOptions): Promise<DatabaseMetadata> {
    return { tables: await this.getTables(options) }
  }
}

/** By their default names, which are exported by another module from Kysely 0.29 on. */
function isOfKysely(table: string): boolean {
  return table === 'kysely_migration' || table === 'kysely_migration_lock'
}
