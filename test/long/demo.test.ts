import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startDemo } from '../support/start-demo.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const pictures = 'reports/demo'
const folder = temporaryFolder()
let browser: Browser | undefined

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(
      `Expected Chromium at ${executablePath}: \`apt-get install chromium\`, or CHROMIUM=/path/to/chromium`,
    )
  }
  await mkdir(pictures, { recursive: true })
  // Root has no sandbox, and containers have little shared memory.
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
})
afterAll(() => browser?.close())

it('the page shows the stall of the Appender, and none of duckpaddle', async () => {
  const { url, stop, temporaryFiles } = await startDemo(folder)
  const { page, complaints } = await openPage(url)
  expect(await page.textContent('#status')).toMatch(/^Ready/)
  expect(await page.textContent('#health')).toMatch(/^Health: ok; .* MiB/)

  const inserted = await run(page, 'insert')
  expect(inserted.rows).toBeGreaterThan(100)
  expect(inserted.rows).toBeLessThanOrEqual(10_000)
  expect(inserted.seconds).toBeLessThan(15)
  await page.screenshot({ path: `${pictures}/inserted.png`, fullPage: true })

  const appended = await run(page, 'appender', async () => {
    // The page sees the stall while it lasts, of which the server knows nothing yet.
    await isTrue(page, 'charts.delays.data[3].some((silence) => silence > 500)')
    await page.screenshot({ path: `${pictures}/stalled.png`, fullPage: true })
  })
  expect(appended.rows).toBe(1_000_000)
  // The better of two: a machine that is busy with something else stalls everybody now and then.
  const persist = () => run(page, 'persist', () => isTrue(page, 'charts.rates.data[1].at(-3) > 10000'))
  const [persisted, other] = [await persist(), await persist()].sort((a, b) => a.loopDelayMs - b.loopDelayMs)
  if (!persisted) throw new Error('Expected two runs')
  expect(other?.rows).toBe(1_000_000)
  expect(persisted.rows).toBe(1_000_000)
  const walMebibytes = () => page.evaluate<number>('charts.logs.data[1].findLast((size) => size !== null)')
  const walBefore = await walMebibytes()
  const single = await run(page, 'single')
  expect(single.rows).toBe(1000)
  await page.screenshot({ path: `${pictures}/light.png`, fullPage: true })

  // What the charts have of the time in which each was writing.
  const stalls = {
    appended: highest(appended, 1),
    persisted: highest(persisted, 1),
    single: highest(single, 1),
  }
  expect(stalls.appended).toBeGreaterThan(300)
  expect(stalls.appended / stalls.persisted).toBeGreaterThan(5)
  expect(stalls.appended / stalls.single).toBeGreaterThan(5)
  expect(highest(appended, 2) / highest(persisted, 2)).toBeGreaterThan(3)
  expect(highest(appended, 3)).toBeGreaterThan(300)
  // And the cards say the same.
  expect(appended.loopDelayMs).toBeCloseTo(stalls.appended, -1)
  expect(appended.loopDelayMs / persisted.loopDelayMs).toBeGreaterThan(5)
  expect(appended.requestMs / persisted.requestMs).toBeGreaterThan(3)
  // The single rows are in the log, and nothing moves so few.
  expect((await walMebibytes()) - walBefore).toBeGreaterThan(0.05)

  expect(complaints).toEqual([])
  await page.close()
  expect(await stop('SIGTERM')).toEqual([0, null])
  expect(await temporaryFiles()).toEqual([])
})

it.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const)('the page is whole in %s at a width of %i', async (colorScheme, width) => {
  const { url, stop } = await startDemo(folder)
  const { page, complaints } = await openPage(url, { colorScheme, viewport: { width, height: 740 } })
  await run(page, 'single')
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
  expect(background).toBe(colorScheme === 'light' ? 'rgb(244, 245, 247)' : 'rgb(16, 19, 23)')
  // Each chart as wide as its panel has room for, with something drawn.
  expect(
    await page.evaluate(`[...document.querySelectorAll('.chart')].map((chart) => {
      const canvas = chart.querySelector('canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return Math.abs(canvas.clientWidth - chart.clientWidth) <= 1 && data.some((byte) => byte > 0)
    })`),
  ).toEqual([true, true, true])
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: `${pictures}/${colorScheme}-${width}.png`, fullPage: true })
  expect(complaints).toEqual([])
  await page.close()
  await stop('SIGTERM')
})

it('the page can be worked by the keyboard, says what is wrong, and comes back to a server', async () => {
  const { url, press, stop, temporaryFiles } = await startDemo(folder)
  const { page } = await openPage(url)
  await page.focus('[data-way="single"] button')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-way="single"] dl')
  expect(await page.evaluate('document.activeElement.closest("article").dataset.way')).toBe('single')
  // Another page is quicker: this one has not heard of it when its button is pressed.
  await page.route('**/runs', async (route) => {
    await press('single')
    await route.continue()
  })
  await page.click('[data-way="persist"] button')
  await page.waitForSelector('#error:not([hidden])')
  expect(await page.textContent('#error')).toBe('It was not started: Another one is running')
  await page.unroute('**/runs')

  // Something else is where a database is to be.
  await page.waitForSelector('button[aria-disabled="false"]')
  const [own = ''] = await temporaryFiles()
  await mkdir(`${folder}/${own}/appender.duckdb`)
  await page.click('[data-way="appender"] button')
  await page.waitForSelector('[data-way="appender"] .card-error')
  expect(await page.textContent('[data-way="appender"] .card-error')).toMatch(
    /^It failed: .*appender\.duckdb/s,
  )
  expect(await page.textContent('#status')).toBe('The Appender: it failed. Ready.')

  await stop('SIGTERM')
  await isTrue(page, 'document.querySelector("#status").textContent.startsWith("Not connected")')
  expect(await page.locator('button[aria-disabled="true"]').count()).toBe(4)
  await page.close()
})

type PageOptions = Parameters<Browser['newPage']>[0]

/** The page, ready, and what its console complains about from the beginning on. */
async function openPage(url: string, options: PageOptions = { viewport: { width: 1280, height: 900 } }) {
  if (browser === undefined) throw new Error('Expected a browser')
  const page = await browser.newPage(options)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  await page.waitForSelector('button[aria-disabled="false"]')
  await page.waitForSelector('#health:not(:empty)')
  return { page, complaints }
}

/** Resolves when an expression is true; the page lets nobody evaluate a text in it, and so not `waitForFunction` either. */
function isTrue(page: Page, expression: string): Promise<void> {
  return vi.waitFor(async () => expect(await page.evaluate(expression)).toBe(true), { timeout: 10_000 })
}

interface Run {
  readonly rows: number
  readonly seconds: number
  readonly loopDelayMs: number
  readonly requestMs: number
  /** What the chart of delays has from the press of the button on: seconds, loop, requests, silence. */
  readonly delays: readonly (readonly (number | null)[])[]
}

/** Presses a button, and reads what its card and the chart say in the end. */
async function run(page: Page, way: string, meanwhile?: () => Promise<unknown>): Promise<Run> {
  const card = page.locator(`[data-way="${way}"]`)
  const pressedAtMs = Date.now()
  await card.locator('button[aria-disabled="false"]').click()
  await card.locator('progress').waitFor()
  expect(await page.locator('button[aria-disabled="true"]').count()).toBe(4)
  await meanwhile?.()
  await card.locator('dl').waitFor()
  expect(await page.textContent('#status')).toMatch(/Ready\.$/)
  const texts = await card.locator('dd').allTextContents()
  const [rows = 0, , loopDelayMs = 0, requestMs = 0] = texts.map((text) =>
    Number.parseFloat(text.replaceAll(',', '')),
  )
  const seconds = Number(/in ([\d.]+) s/.exec(texts[0] ?? '')?.[1])
  const data: (number | null)[][] = JSON.parse(await page.evaluate('JSON.stringify(charts.delays.data)'))
  const elapsedSeconds = (Date.now() - pressedAtMs) / 1000
  const from = data[0]?.findIndex((second) => second !== null && second > -elapsedSeconds) ?? 0
  return { rows, seconds, loopDelayMs, requestMs, delays: data.map((values) => values.slice(from)) }
}

function highest({ delays }: Run, series: number): number {
  return Math.max(...(delays[series] ?? []).map((value) => value ?? 0))
}
