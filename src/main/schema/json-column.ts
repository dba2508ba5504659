import { describeValue } from '../contract/describe-value.js'

declare const jsonValue: unique symbol

/** A definition of a JSON column that says, for TypeScript only, what its values are. */
export type JsonColumn<Value, Definition extends string = string> = Definition & {
  readonly [jsonValue]: Value
}

/**
 * Defines a JSON column whose values are typed: the rows of its table take `Value` there. It is the text `'JSON'`, or
 * `'JSON NOT NULL'`; nothing is checked of values but that JSON holds them.
 *
 * A template such as `${json<Payload>()} NOT NULL` is a text like others, which has lost the type.
 *
 * @param nullability - `'NOT NULL'` where every row must have a value.
 * @throws TypeError for anything else.
 *
 * @example
 * ```ts
 * const events = await db.table('events', {
 *   columns: { id: 'BIGINT NOT NULL', payload: json<{ user: string }>('NOT NULL') },
 * })
 * await events.persist([{ id: 1, payload: { user: 'ada' } }])
 * ```
 */
export function json<Value>(): JsonColumn<Value, 'JSON'>
export function json<Value>(nullability: 'NOT NULL'): JsonColumn<Value, 'JSON NOT NULL'>
export function json(nullability?: 'NOT NULL'): string {
  if (nullability === undefined) return 'JSON'
  if (nullability === 'NOT NULL') return 'JSON NOT NULL'
  throw new TypeError(`Expected 'NOT NULL' or nothing, got ${describeValue(nullability)}`)
}
