/**
 * The `AbortSignal` of the application's own types: of the DOM's or of Node's. Where it has neither, what is used of
 * it.
 */
export type Signal = typeof globalThis extends {
  readonly AbortSignal: { readonly prototype: infer Declared }
}
  ? Declared
  : {
      readonly aborted: boolean
      readonly reason?: unknown
      addEventListener(type: 'abort', listener: () => void): void
      removeEventListener(type: 'abort', listener: () => void): void
    }
