/** An array of numbers, or of bigints, in memory. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** The values of one column; `undefined` where a row does not carry it. */
type ColumnValues<Value> = readonly (Value | null | undefined)[] | (number extends Value ? TypedArray : never)

/**
 * Rows by column: an array for each column, all of one length. The numbers of a typed array are copied as memory where none
 * of them can be wrong for the type of the column.
 */
export interface RowColumns<Row> {
  readonly columns: { readonly [Name in keyof Row]: ColumnValues<Row[Name]> }
}

/**
 * What `persist()` takes its rows from.
 *
 * An array is iterable too: it is named because TypeScript then says about an array that does not fit which property
 * of which row is wrong, and not which method of its iterator.
 */
export type Rows<Row> = readonly Row[] | Iterable<Row> | AsyncIterable<Row> | RowColumns<Row>
