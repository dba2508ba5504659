/** Calls `fail` with what a value rejects with, if it turns out to be a promise. */
export function onRejection(value: unknown, fail: (error: unknown) => void): void {
  // A promise of another library is one as well; `resolve` calls its `then`, and catches what that throws.
  if (isPromiseLike(value)) Promise.resolve(value).catch(fail)
}

/** Nobody else looks at what a promise rejects with, and nobody has to. */
export function ignoreRejection(value: unknown): void {
  onRejection(value, () => undefined)
}

function isPromiseLike(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && 'then' in value
  } catch {
    return false
  }
}
