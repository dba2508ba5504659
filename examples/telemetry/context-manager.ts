import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api'

/**
 * Keeps OpenTelemetry's context in a storage that can be bound to a channel. That of the SDK keeps it in one that cannot,
 * and else does the same.
 */
export class StorageContextManager implements ContextManager {
  readonly storage: AsyncLocalStorage<Context> = new AsyncLocalStorage<Context>()

  active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT
  }

  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return this.storage.run(context, () => fn.apply(thisArg, args))
  }

  bind<Target>(context: Context, target: Target): Target {
    if (typeof target !== 'function') return target
    const { storage } = this
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(context, () => target.apply(this, args))
    }
    // Called like the function that it stands for.
    return bound as Target
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.storage.disable()
    return this
  }
}
