/** Why a row cannot be written, as far as encoding can tell. */
export type EncodingFaultCode = 'type' | 'range' | 'not-null' | 'serialize' | 'too-large' | 'unknown-column'

/** What is wrong with one value, or with a row as a whole. */
export interface Fault {
  readonly code: EncodingFaultCode
  /** Completes "Column `amount` (DOUBLE): ". */
  readonly reason: string
  /** Where in the value it is, such as `.items[3]`; absent where it is the value itself. */
  readonly path?: string
  /** What user code threw, where it did. */
  readonly cause?: unknown
}

export function fault(code: EncodingFaultCode, reason: string, cause?: unknown): Fault {
  return { code, reason, cause }
}

/** Not the row's fault: the batch has no room for it. The row goes into the next batch. */
export const batchFull: Fault = fault('too-large', 'the batch is full')
