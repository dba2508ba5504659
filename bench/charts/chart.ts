/** A picture of a part of a report. */
export interface Chart {
  /** Of the file, without its ending: `lag-timeline-event`. */
  readonly fileName: string
  /** SVG, readable on light and dark pages. */
  readonly svg: string
}
