import { wallNow } from '../scheduling/real-timers.js'

/** A value that is there until a moment. */
export class Expiring<T> {
  readonly value: T
  /** Milliseconds since 1970, UTC. */
  readonly expiresAt: number

  constructor(value: T, expiresAt: number) {
    this.value = value
    this.expiresAt = expiresAt
  }

  get isOver(): boolean {
    return this.expiresAt <= wallNow()
  }
}

/** A value as it is kept in memory. */
export type Stored<T> = T | Expiring<T>

/** A value that expires so many milliseconds from now; never, where they are undefined. */
export function toStored<T>(value: T, expiresInMs: number | undefined): Stored<T> {
  if (expiresInMs === undefined) return value
  return new Expiring(value, Math.min(Math.ceil(wallNow() + expiresInMs), Number.MAX_SAFE_INTEGER))
}

export function isOver(stored: unknown): boolean {
  return stored instanceof Expiring && stored.isOver
}
