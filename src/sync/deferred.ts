/** A promise, and the two functions that settle it. */
export class Deferred<Value> {
  readonly promise: Promise<Value>
  resolve: (value: Value | PromiseLike<Value>) => void = () => undefined
  reject: (reason: unknown) => void = () => undefined

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }
}
