import type { Durations } from '../contract/durations.js'
import { DurationHistogram } from './duration-histogram.js'

/** What `stats()` says of durations; see `Durations`. */
export class ServiceDurations {
  readonly waiting: DurationHistogram = new DurationHistogram()
  readonly encoding: DurationHistogram = new DurationHistogram()
  readonly writing: DurationHistogram = new DurationHistogram()
  readonly commit: DurationHistogram = new DurationHistogram()
  readonly query: DurationHistogram = new DurationHistogram()
  readonly slice: DurationHistogram = new DurationHistogram()

  summarize(): Durations {
    return Object.freeze({
      waiting: this.waiting.summarize(),
      encoding: this.encoding.summarize(),
      writing: this.writing.summarize(),
      commit: this.commit.summarize(),
      query: this.query.summarize(),
      slice: this.slice.summarize(),
    })
  }
}
