import type { SettingChanges } from '../../protocol/instance-news.js'

/** Knows the global settings of the instance, and what SQL has changed about them. */
export class SettingWatch {
  #known: ReadonlyMap<string, string | null>
  #changes: Record<string, string | null> | undefined

  constructor(settings: ReadonlyMap<string, string | null>) {
    this.#known = settings
  }

  /** Takes the settings as they are now. */
  record(settings: ReadonlyMap<string, string | null>): void {
    for (const [name, value] of settings) {
      // Those of an extension that was loaded since are as the extension has them.
      if (!this.#known.has(name) || this.#known.get(name) === value) continue
      this.#changes = { ...this.#changes, [name]: value }
    }
    this.#known = settings
  }

  /** The changes since they were last taken. */
  take(): SettingChanges | undefined {
    const changes = this.#changes
    this.#changes = undefined
    return changes
  }
}
