/**
 * What `persist()` takes its rows from.
 *
 * An array is iterable too: it is named because TypeScript then says about an array that does not fit which property
 * of which row is wrong, and not which method of its iterator.
 */
export type Rows<Row> = readonly Row[] | Iterable<Row> | AsyncIterable<Row>
