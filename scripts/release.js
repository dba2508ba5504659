/**
 * Makes a release: `npm run release -- 1.2.3 [--dry-run]`, on a clean main. Runs the checks, moves what CHANGELOG.md has
 * under "Unreleased" under the version and its date, writes the version, commits and tags. It pushes nothing: the
 * workflow of the tag publishes. With `--dry-run` it says what it would do, and what stands against it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const usage = 'npm run release -- VERSION [--dry-run]'
/** The build has the version of its own, and is refused where package.json has another. */
const versionFile = 'src/main/worker-thread/package-files.ts'
const versionInCode = /^(export const packageVersion = ')[^']*'$/m
const checks = [['test'], ['run', 'test:package']]

try {
  release(parseArguments())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function release({ version, isDryRun }) {
  const manifest = JSON.parse(read('package.json'))
  const problems = problemsOf(version, manifest)
  if (problems.length > 0) {
    const list = problems.map((problem) => `- ${problem}`).join('\n')
    if (!isDryRun) throw new Error(`Version ${version} cannot be released:\n${list}`)
    console.log(`What stands against it:\n${list}\n`)
    process.exitCode = 1
  }
  const notes = unreleasedNotes()
  const lock = JSON.parse(read('package-lock.json'))
  const written = {
    'CHANGELOG.md': read('CHANGELOG.md').replace(
      /^## Unreleased$/m,
      `## Unreleased\n\n## ${version} (${new Date().toISOString().slice(0, 10)})`,
    ),
    'package.json': toText({ ...manifest, version }),
    'package-lock.json': toText({
      ...lock,
      version,
      packages: { ...lock.packages, '': { ...lock.packages[''], version } },
    }),
    [versionFile]: read(versionFile).replace(versionInCode, (_, before) => `${before}${version}'`),
  }
  const files = Object.keys(written)
  const tag = `v${version}`
  const steps = [
    ...checks.map((args) => [`npm ${args.join(' ')}`, () => npm(args)]),
    // What a check has left behind is not to be released.
    ['check that nothing has changed', expectClean],
    [
      `write ${files.join(', ')}`,
      () => files.forEach((file) => void writeFileSync(join(root, file), written[file])),
    ],
    [`git commit: Release ${version}`, () => commit(files, version)],
    [
      `git tag ${tag}`,
      () => git('tag', '--annotate', tag, '--cleanup=verbatim', '--message', `${version}\n\n${notes}`),
    ],
  ]
  for (const [what, run] of steps) {
    console.log(isDryRun ? `Would ${what}` : what)
    if (!isDryRun) run()
  }
  if (isDryRun) console.log(`\nThe notes of ${version}:\n\n${notes}`)
  else console.log(`\nTo publish it: git push origin main ${tag}`)
}

function parseArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  })
  const [version = '', ...others] = positionals
  if (!/^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version) || others.length > 0) {
    throw new Error(
      `Expected a version such as 1.2.3, got ${JSON.stringify(positionals.join(' '))}: ${usage}`,
    )
  }
  return { version, isDryRun: values['dry-run'] }
}

function problemsOf(version, manifest) {
  const branch = git('branch', '--show-current')
  return [
    branch !== 'main' && `the branch is ${branch || 'none'}, and not main`,
    git('status', '--porcelain') !== '' && 'there are changes that are not committed',
    git('tag', '--list', `v${version}`) !== '' && `the tag v${version} is there already`,
    !isLater(version, manifest.version) && `it is not later than ${manifest.version}, the last one`,
    !versionInCode.test(read(versionFile)) && `${versionFile} has no version`,
    unreleasedNotes() === '' && 'CHANGELOG.md has nothing under "Unreleased"',
    // The registry compares it with where the provenance says that the package was built.
    manifest.repository === undefined &&
      'package.json names no repository, without which there is no provenance',
  ].filter((problem) => problem !== false)
}

function unreleasedNotes() {
  const heading = 'Unreleased\n'
  const section = read('CHANGELOG.md')
    .split(/^## /m)
    .find((text) => text.startsWith(heading))
  return section?.slice(heading.length).trim() ?? ''
}

function isLater(version, other) {
  const [own, others] = [version, other].map((text) => text.split('.').map(Number))
  const at = own.findIndex((number, index) => number !== others[index])
  return at >= 0 && own[at] > others[at]
}

function expectClean() {
  const changes = git('status', '--porcelain')
  if (changes !== '') throw new Error(`The checks have changed files:\n${changes}`)
}

/** All or nothing: where a hook refuses the commit, the files are again as they were. */
function commit(files, version) {
  try {
    git('commit', '--quiet', '--message', `Release ${version}`, '--', ...files)
  } catch (error) {
    git('checkout', '--quiet', 'HEAD', '--', ...files)
    throw error
  }
}

function npm(args) {
  // On Windows it is a script of the shell's.
  execFileSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}

function read(file) {
  return readFileSync(join(root, file), 'utf8')
}

function toText(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
