/** Limits of the worker's JavaScript heap, as Node names them. Declared here: an application may be without Node's types. */
export interface ResourceLimits {
  /** In MB: the heap of objects that have lasted. */
  readonly maxOldGenerationSizeMb?: number | undefined
  /** In MB: the heap of objects that are new. */
  readonly maxYoungGenerationSizeMb?: number | undefined
  /** In MB: memory for code that is generated. */
  readonly codeRangeSizeMb?: number | undefined
  /** In MB: the stack of the thread. */
  readonly stackSizeMb?: number | undefined
}
