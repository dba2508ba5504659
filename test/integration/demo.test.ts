import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import { fewOf } from '../support/generated-cases.js'
import { startDemo } from '../support/start-demo.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const program = fileURLToPath(new URL('../../build/examples/demo.js', import.meta.url))

it('the demo serves its page and nothing else, to its own name and its own buttons', async () => {
  const { url, port, press, stop } = await startDemo(folder)
  const page = await fetch(url)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const paths = [...(await page.text()).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path)
  expect(paths).toHaveLength(5)
  for (const path of paths) expect((await fetch(url + path)).status, path).toBe(200)
  for (const path of ['/package.json', '/..%2fpackage.json', '/page/main.ts', '/constructor']) {
    expect((await fetch(url + path)).status, path).toBe(404)
  }
  expect((await fetch(`${url}/ping`)).status).toBe(204)
  expect((await fetch(url, { method: 'PUT' })).status).toBe(405)

  for (const way of ['', 'constructor', 'INSERT', null, 7, {}, 'x'.repeat(100_000)]) {
    expect((await press(way)).status).toBe(400)
  }
  for (const body of ['', '{', 'null', '[]']) {
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${url}/runs`, { method: 'POST', headers, body })).status).toBe(400)
  }
  expect((await press('single', { 'content-type': 'text/plain' })).status).toBe(415)
  expect(await statusFor(port, 'elsewhere.example')).toBe(421)
  expect(await statusFor(port, `localhost:${port}`)).toBe(200)
  expect(await stop('SIGTERM')).toEqual([0, null])
})

it.each(fewOf(['persist'], ['insert', 'appender', 'single']))(
  'the demo writes in one way at a time, and leaves nothing behind when a signal comes meanwhile: %s',
  async (way) => {
    const { url, press, temporaryFiles, stop } = await startDemo(folder)
    expect((await press(way)).status).toBe(202)
    const second = await press('single')
    expect([second.status, await second.json()]).toEqual([409, { error: 'Another one is running' }])
    expect(await temporaryFiles()).toContainEqual(expect.stringMatching(/duckpaddle\.duckdb$/))
    if (way === 'appender') {
      const file = expect.stringMatching(/appender\.duckdb$/)
      await vi.waitFor(async () => expect(await temporaryFiles()).toContainEqual(file), { timeout: 10_000 })
    } else {
      await hear(url, /"rowsOfRun":[1-9]/)
    }
    expect(await stop(way === 'persist' ? 'SIGINT' : 'SIGTERM')).toEqual([0, null])
    expect(await temporaryFiles()).toEqual([])
  },
)

it('the demo says what it was started with that it cannot use, and leaves nothing behind', async () => {
  const { port, stop, temporaryFiles } = await startDemo(folder)
  const start = (...given: string[]) =>
    promisify(execFile)(process.execPath, [program, ...given], { env: { ...process.env, TMPDIR: folder } })
  for (const given of fewOf([['65536']], [['x'], ['-1'], ['1.5'], ['0', '0']])) {
    await expect(start(...given)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') })
  }
  const taken = start(String(port))
  await expect(taken).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') })
  await stop('SIGTERM')
  expect(await temporaryFiles()).toEqual([])
})

/** Resolves when the live events say so. */
async function hear(url: string, pattern: RegExp): Promise<void> {
  const { body } = await fetch(`${url}/live`)
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (pattern.test(text)) return
  }
  throw new Error(`The events ended before ${pattern}`)
}

async function statusFor(port: number, host: string): Promise<number | undefined> {
  const [response] = await once(get({ host: '127.0.0.1', port, headers: { host } }), 'response')
  response.resume()
  return response.statusCode
}
