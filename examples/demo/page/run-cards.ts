import type { LiveEvents, RunReport, Way } from '../messages.js'
import { find } from './elements.js'
import { formatCount, formatMs } from './format.js'

/** Delays that people notice. */
const longMs = 100

/** The ways of writing, each with its button, its progress, and what its last run came to. */
export class RunCards {
  readonly #cards: ReadonlyMap<Way, RunCard>
  #state: LiveEvents['state'] | undefined

  /** @param start - Called when a button is pressed and nothing runs. */
  constructor(start: (way: Way) => void) {
    this.#cards = new Map(
      (['insert', 'appender', 'persist', 'single'] as const).map((way) => [
        way,
        new RunCard(way, () => {
          if (this.#state?.running === null) start(way)
        }),
      ]),
    )
  }

  /** Without a state the server is not there, and the buttons cannot be pressed. */
  show(state: LiveEvents['state'] | undefined): void {
    this.#state = state
    for (const [way, card] of this.#cards) {
      card.setEnabled(state?.running === null)
      if (state === undefined) continue
      card.showProgress(state.running?.way === way ? 0 : undefined)
      const report = state.reports.find((each) => each.way === way)
      card.showReport(report)
    }
  }

  showProgress(rows: number): void {
    const running = this.#state?.running
    if (running) this.#cards.get(running.way)?.showProgress(rows / running.totalRows)
  }

  /** Counts a request for the run in which it was sent. */
  countRequest(sentAtMs: number, latencyMs: number): void {
    for (const card of this.#cards.values()) card.countRequest(sentAtMs, latencyMs)
  }
}

class RunCard {
  readonly #button: HTMLButtonElement
  readonly #article: HTMLElement
  readonly #progress: HTMLProgressElement = document.createElement('progress')
  readonly #report: HTMLElement = document.createElement('div')
  /** Those of the last minute. */
  #requests: (readonly [sentAtMs: number, latencyMs: number])[] = []
  #shown: RunReport | undefined
  #slowestMs = 0

  constructor(way: Way, onPress: () => void) {
    this.#article = find(`[data-way="${way}"]`, HTMLElement)
    this.#button = find('button', HTMLButtonElement, this.#article)
    this.#button.addEventListener('click', onPress)
    this.#progress.setAttribute('aria-label', 'Rows written')
    this.#article.append(this.#progress, this.#report)
    this.setEnabled(false)
    this.showProgress(undefined)
  }

  /** Not by `disabled`, which would take the focus from who has pressed it. */
  setEnabled(isEnabled: boolean): void {
    this.#button.setAttribute('aria-disabled', String(!isEnabled))
  }

  showProgress(share: number | undefined): void {
    this.#progress.hidden = share === undefined
    // Until something is known it only moves.
    if (share) this.#progress.value = share
    else this.#progress.removeAttribute('value')
  }

  showReport(report: RunReport | undefined): void {
    if (report?.endedAtMs === this.#shown?.endedAtMs) return
    this.#shown = report
    this.#slowestMs = 0
    for (const [sentAtMs, latencyMs] of this.#requests) this.#add(sentAtMs, latencyMs)
    this.#render()
  }

  countRequest(sentAtMs: number, latencyMs: number): void {
    this.#requests = this.#requests.filter(([otherMs]) => otherMs > sentAtMs - 60_000)
    this.#requests.push([sentAtMs, latencyMs])
    if (this.#add(sentAtMs, latencyMs)) this.#render()
  }

  /** @returns whether it makes a difference. */
  #add(sentAtMs: number, latencyMs: number): boolean {
    const report = this.#shown
    if (!report || sentAtMs < report.startedAtMs || sentAtMs > report.endedAtMs) return false
    if (latencyMs <= this.#slowestMs) return false
    this.#slowestMs = latencyMs
    return true
  }

  #render(): void {
    this.#report.replaceChildren()
    const report = this.#shown
    if (report?.error !== undefined) {
      const message = document.createElement('p')
      message.className = 'card-error'
      message.textContent = `It failed: ${report.error}`
      this.#report.append(message)
    } else if (report) {
      const { rows, seconds, longestLoopDelayMs } = report
      const list = document.createElement('dl')
      list.append(
        ...entry('Rows', `${formatCount(rows)} in ${seconds.toFixed(2)} s`),
        ...entry('Rows per second', formatCount(rows / seconds)),
        ...entry('Longest loop delay', formatMs(longestLoopDelayMs), longestLoopDelayMs > longMs),
        ...entry('Slowest request', formatMs(this.#slowestMs), this.#slowestMs > longMs),
      )
      this.#report.append(list)
    }
  }
}

function entry(name: string, text: string, isLong = false): [HTMLElement, HTMLElement] {
  const term = document.createElement('dt')
  const description = document.createElement('dd')
  term.textContent = name
  description.textContent = text
  description.classList.toggle('is-long', isLong)
  return [term, description]
}
