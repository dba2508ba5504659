/**
 * Publishes the package with its provenance, in the workflow of a tag and nowhere else: GitHub tells the registry which
 * commit and workflow the package was built from.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const { GITHUB_ACTIONS, GITHUB_REF } = process.env

if (GITHUB_ACTIONS !== 'true') {
  fail('Only the release workflow publishes: `npm run release` makes a tag for it')
} else if (GITHUB_REF !== `refs/tags/v${version}`) {
  fail(`Expected the tag v${version} of package.json, got ${GITHUB_REF}`)
} else {
  execFileSync('npm', ['publish', '--provenance', '--access', 'public'], { cwd: root, stdio: 'inherit' })
}

function fail(message) {
  console.error(message)
  process.exitCode = 1
}
