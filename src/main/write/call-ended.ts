import type { PersistenceError } from '../contract/persistence-error.js'

/**
 * Ends the encoding of a call at its first bad row, where rows before it may turn out to be bad as well: the first of
 * all is the one to be reported. Never leaves this folder.
 */
export class CallEnded extends Error {
  readonly rejection: PersistenceError

  constructor(rejection: PersistenceError) {
    super(rejection.message)
    this.rejection = rejection
  }
}
