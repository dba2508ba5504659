import type { Health, LiveEvents, Way } from '../messages.js'
import { MinuteChart } from './charts.js'
import { find, showText } from './elements.js'
import {
  bytesPerMebibyte,
  formatCount,
  formatMebibytes,
  formatMs,
  formatShort,
  formatShortMs,
} from './format.js'
import { LiveSource } from './live-events.js'
import { pingAtIntervals } from './ping.js'
import { RecentValues } from './recent-values.js'
import { RunCards } from './run-cards.js'

/** Samples come every 100 ms; a few of them late are no silence. */
const silenceFromMs = 300

const loopDelays = new RecentValues()
const latencies = new RecentValues()
const silences = new RecentValues()
const rates = new RecentValues()
const walBytes = new RecentValues()

const charts = {
  delays: new MinuteChart('#delays', { isLogarithmic: true, from: 1, to: 1000, format: formatShortMs }, [
    { label: 'Event loop', color: '--loop', values: loopDelays, format: formatMs },
    { label: 'Requests', color: '--request', values: latencies, kind: 'line', format: formatMs },
    { label: 'Silence', color: '--silence', values: silences, kind: 'dashes', format: formatMs },
  ]),
  rates: new MinuteChart('#rates', { isLogarithmic: true, from: 10, to: 1_000_000, format: formatShort }, [
    { label: 'Rows per second', color: '--rows', values: rates, format: formatCount },
  ]),
  logs: new MinuteChart('#logs', { isLogarithmic: false, from: 0, to: 1, format: formatShort }, [
    {
      label: 'Write-ahead log',
      color: '--wal',
      values: walBytes,
      factor: 1 / bytesPerMebibyte,
      format: (mebibytes) => `${mebibytes.toFixed(1)} MiB`,
    },
  ]),
}
// For the console.
Object.assign(window, { charts })

const status = find('#status', HTMLElement)
const error = find('#error', HTMLElement)
let state: LiveEvents['state'] | undefined

const cards = new RunCards((way) => void start(way))
const live = new LiveSource({
  history: (samples) => {
    for (const values of [loopDelays, rates, walBytes]) values.clear()
    samples.forEach(record)
  },
  sample: (sample) => {
    record(sample)
    cards.showProgress(sample.rowsOfRun)
  },
  state: (received) => {
    state = received
    cards.show(state)
    showStatus()
  },
  health: showHealth,
})
pingAtIntervals((sentAtMs, latencyMs) => {
  latencies.record(sentAtMs, sentAtMs, latencyMs)
  cards.countRequest(sentAtMs, latencyMs)
})

const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
setInterval(tick, isCalm ? 1000 : 100)
setInterval(showSummaries, 1000)

function record({
  fromMs,
  toMs,
  loopDelayMs,
  rowsPerSecond,
  walBytes: bytes,
}: LiveEvents['history'][number]) {
  loopDelays.record(fromMs, toMs, loopDelayMs)
  rates.record(fromMs, toMs, rowsPerSecond)
  walBytes.record(fromMs, toMs, bytes)
}

function tick(): void {
  const nowMs = Date.now()
  const silenceMs = live.silenceMs(nowMs)
  if (silenceMs > silenceFromMs) silences.record(nowMs, nowMs, silenceMs)
  for (const chart of Object.values(charts)) chart.draw(nowMs)
  showStatus()
}

/** What happens now. A stall is not counted aloud: what it came to is said in the end. */
function showStatus(): void {
  const isConnected = live.isConnected
  if (!isConnected && state !== undefined) {
    state = undefined
    cards.show(undefined)
  }
  const isSilent = isConnected && live.silenceMs(Date.now()) > 1000
  status.classList.toggle('is-silent', isSilent || !isConnected)
  showText(status, statusText(isConnected, isSilent))
}

function statusText(isConnected: boolean, isSilent: boolean): string {
  if (!isConnected || state === undefined) return 'Not connected to the server. Trying again …'
  const { running, reports } = state
  if (isSilent) return 'The server does not answer: its event loop is held.'
  if (running) return `${titleOf(running.way)}: writing up to ${formatCount(running.totalRows)} rows …`
  const report = [...reports].sort((one, other) => other.endedAtMs - one.endedAtMs)[0]
  if (report === undefined) return 'Ready. Press a button, and watch the delays.'
  if (report.error !== undefined) return `${titleOf(report.way)}: it failed. Ready.`
  const { way, rows, seconds, longestLoopDelayMs } = report
  return `${titleOf(way)}: ${formatCount(rows)} rows in ${seconds.toFixed(2)} s; the longest delay of the event loop was ${formatMs(longestLoopDelayMs)}. Ready.`
}

function titleOf(way: Way): string {
  return find(`#${way}-title`, HTMLElement).textContent
}

async function start(way: Way): Promise<void> {
  showText(error, '')
  try {
    const response = await fetch('/runs', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ way }),
    })
    if (!response.ok) showText(error, `It was not started: ${(await response.json()).error}`)
  } catch {
    showText(error, 'It was not started: the server does not answer.')
  }
}

function showSummaries(): void {
  const show = (name: string, text: string) => showText(find(`#${name}-summary`, HTMLElement), text)
  show(
    'delays',
    `Longest of the last minute: event loop ${formatMs(loopDelays.highest)}, request ${formatMs(latencies.highest)}.`,
  )
  show('rates', `Most of the last minute: ${formatCount(rates.highest)} rows per second.`)
  show('logs', `Longest of the last minute: ${formatMebibytes(walBytes.highest)}.`)
}

function showHealth({ status, reasons, memoryBytes, fileBytes }: Health): void {
  const figures = [
    memoryBytes !== undefined && `DuckDB has ${formatMebibytes(memoryBytes)} of memory in use`,
    fileBytes !== undefined && `the file has ${formatMebibytes(fileBytes)}`,
  ].filter((figure) => figure !== false)
  const why = reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
  showText(find('#health', HTMLElement), `Health: ${[`${status}${why}`, ...figures].join('; ')}.`)
}
