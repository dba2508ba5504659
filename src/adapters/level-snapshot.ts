import { AbstractSnapshot } from 'abstract-level'
import type { StoreSnapshot } from '../main/store/store-snapshot.js'

/** Its types leave out what it is given. */
const Base: new (options: object) => AbstractSnapshot = AbstractSnapshot

/** An explicit snapshot. */
export class LevelSnapshot extends Base {
  readonly snapshot: StoreSnapshot

  /** @param options - As abstract-level has given them. */
  constructor(snapshot: StoreSnapshot, options: object) {
    super(options)
    this.snapshot = snapshot
  }

  /** @internal */
  async _close(): Promise<void> {
    this.snapshot.close()
  }
}
