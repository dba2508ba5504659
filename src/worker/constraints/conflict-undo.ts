import type { Entity } from './row-claims.js'

/** What a call has changed of who has which value, to be taken back where it turns out that it must not be written. */
export class ConflictUndo {
  readonly #steps: (() => void)[] = []

  /** The entity is about to change. */
  recordEntity(entity: Entity): void {
    const values = [...entity.values]
    const { winner } = entity
    this.#steps.push(() => {
      entity.values = values
      entity.winner = winner
    })
  }

  /** Who has the value is about to change. */
  recordHolder(holders: Map<number, Entity>, value: number): void {
    const before = holders.get(value)
    this.#steps.push(() => {
      if (before === undefined) holders.delete(value)
      else holders.set(value, before)
    })
  }

  undo(): void {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) step()
  }
}
