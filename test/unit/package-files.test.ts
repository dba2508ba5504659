import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packageVersion } from '../../src/main/worker-thread/package-files.js'

it('a bundle looks for the files of the version that package.json has', () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  expect(packageVersion).toBe(JSON.parse(manifest).version)
})
