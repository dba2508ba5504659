import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fewOf, isLong } from '../support/generated-cases.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
const root = fileURLToPath(new URL('../../', import.meta.url))
const copied = [
  'CHANGELOG.md',
  'package.json',
  'package-lock.json',
  'scripts/release.js',
  'scripts/publish.js',
  'src/main/worker-thread/package-files.ts',
]
const today = new Date().toISOString().slice(0, 10)

/** A repository of the files that a release is made of, whose checks are what the test says. */
class Copy {
  readonly path = mkdtempSync(join(folder, 'copy-'))

  constructor({ check = '0', manifest = {} } = {}) {
    for (const file of copied) {
      mkdirSync(dirname(join(this.path, file)), { recursive: true })
      cpSync(join(root, file), join(this.path, file))
    }
    const whole = this.json('package.json')
    const scripts = { test: `node -e ${check}`, 'test:package': 'node -e 0' }
    const repository = { type: 'git', url: 'git+ssh://localhost/duckpaddle.git' }
    this.write('package.json', toText({ ...whole, scripts, repository, version: '0.1.0', ...manifest }))
    this.write(
      'CHANGELOG.md',
      '# Changelog\n\n## Unreleased\n\n### Added\n\n- More.\n\n## 0.1.0 (2026-01-01)\n\n- All.\n',
    )
    this.git('init', '--quiet', '--initial-branch=main')
    this.git('config', 'user.name', 'Somebody')
    this.git('config', 'user.email', 'somebody@localhost')
    this.git('add', '.')
    this.git('commit', '--quiet', '--message=All')
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.path, encoding: 'utf8' }).trim()
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8')
  }

  json(file: string): Record<string, unknown> & { packages?: Record<string, object> } {
    return JSON.parse(this.read(file))
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text)
  }

  /** Everything that a release changes. */
  state(): readonly string[] {
    return [
      this.git('log', '--format=%H %D'),
      this.git('status', '--porcelain'),
      ...copied.map((file) => this.read(file)),
    ]
  }

  run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { GITHUB_ACTIONS: _, GITHUB_REF: __, ...own } = process.env
    const options = { cwd: this.path, env: { ...own, ...env } }
    return promisify(execFile)(process.execPath, [`scripts/${script}.js`, ...args], options)
  }
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

describe('a release', () => {
  it('shows without effect what it would do', async () => {
    // A check that ran would fail.
    const copy = new Copy({ check: 'process.exit(1)' })
    const before = copy.state()
    const { stdout } = await copy.run('release', ['0.2.0', '--dry-run'])
    expect(stdout).toBe(
      [
        'Would npm test',
        'Would npm run test:package',
        'Would check that nothing has changed',
        'Would write CHANGELOG.md, package.json, package-lock.json, src/main/worker-thread/package-files.ts',
        'Would git commit: Release 0.2.0',
        'Would git tag v0.2.0',
        '',
        'The notes of 0.2.0:',
        '',
        '### Added\n\n- More.\n',
      ].join('\n'),
    )
    expect(copy.state()).toEqual(before)
  })

  it('moves the changes under their version, writes it, commits and tags', async () => {
    const copy = new Copy()
    const { stdout } = await copy.run('release', ['0.2.0'])
    expect(stdout).toContain('git push origin main v0.2.0')
    expect(copy.read('CHANGELOG.md')).toBe(
      `# Changelog\n\n## Unreleased\n\n## 0.2.0 (${today})\n\n### Added\n\n- More.\n\n## 0.1.0 (2026-01-01)\n\n- All.\n`,
    )
    expect(copy.json('package.json').version).toBe('0.2.0')
    // A build whose own version is another is refused.
    expect(copy.read('src/main/worker-thread/package-files.ts')).toContain("packageVersion = '0.2.0'\n")
    const lock = copy.json('package-lock.json')
    expect([lock.version, lock.packages?.['']]).toEqual([
      '0.2.0',
      expect.objectContaining({ version: '0.2.0' }),
    ])
    expect(copy.git('log', '-1', '--format=%s %D')).toBe('Release 0.2.0 HEAD -> main, tag: v0.2.0')
    expect(copy.git('diff', '--stat', 'HEAD~1').split('\n')).toHaveLength(5)
    expect(copy.git('tag', '--list', '--format=%(contents)')).toBe('0.2.0\n\n### Added\n\n- More.')
    expect(copy.git('status', '--porcelain')).toBe('')
    // There is nothing more to release.
    await expect(copy.run('release', ['0.3.0'])).rejects.toMatchObject({
      stderr: expect.stringContaining('has nothing under "Unreleased"'),
    })
  })

  const few: [problem: string, prepare: (copy: Copy) => unknown][] = [
    ['changes that are not committed', (copy) => copy.write('new.txt', '')],
  ]
  const others: typeof few = [
    ['the branch is other', (copy) => copy.git('switch', '--quiet', '--create', 'other')],
    ['the tag v0.2.0 is there', (copy) => copy.git('tag', 'v0.2.0')],
  ]
  it.each(fewOf(few, others))('is refused where %s', async (problem, prepare) => {
    const copy = new Copy()
    prepare(copy)
    const before = copy.state()
    const stderr = expect.stringContaining(problem)
    await expect(copy.run('release', ['0.2.0'])).rejects.toMatchObject({ code: 1, stderr })
    await expect(copy.run('release', ['0.2.0', '--dry-run'])).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^What stands against it:\n[\s\S]*Would git tag v0.2.0/),
    })
    expect(copy.state()).toEqual(before)
  })

  it('of a version is refused that is none, or is not later than the last', async () => {
    const copy = new Copy()
    const reasons = [
      ...fewOf(['0.1.0'], ['0.0.9']).map((version) => [version, 'it is not later than 0.1.0'] as const),
      ...fewOf(['v0.2.0'], ['', '0.2', '0.02.0', '0.2.0-rc.1', '0.2.0; true']).map(
        (version) => [version, 'Expected a version such as 1.2.3'] as const,
      ),
    ]
    for (const [version, reason] of reasons) {
      const stderr = expect.stringContaining(reason)
      await expect(copy.run('release', [version]), version).rejects.toMatchObject({ code: 1, stderr })
    }
  })

  it('is refused where the package does not say where its source is', async () => {
    const copy = new Copy({ manifest: { repository: undefined } })
    const stderr = expect.stringContaining('names no repository')
    await expect(copy.run('release', ['0.2.0'])).rejects.toMatchObject({ stderr })
  })

  const failing: [what: string, check: string, message: string][] = [
    ['fails', 'process.exit(3)', 'Command failed: npm test'],
  ]
  const changing: typeof failing = [
    [
      'changes a file',
      "\"require('fs').writeFileSync('left.txt','')\"",
      'The checks have changed files:\n?? left.txt',
    ],
  ]
  it.each(fewOf(failing, changing))('changes nothing where a check %s', async (_, check, message) => {
    const copy = new Copy({ check })
    const [before] = copy.state()
    const stderr = expect.stringContaining(message)
    await expect(copy.run('release', ['0.2.0'])).rejects.toMatchObject({ code: 1, stderr })
    expect(copy.state()[0]).toBe(before)
    expect(copy.git('diff', '--stat')).toBe('')
  })

  it.runIf(isLong)('leaves the files as they were where the commit is refused', async () => {
    const copy = new Copy()
    const hook = join(copy.path, '.git/hooks/pre-commit')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const before = copy.state()
    await expect(copy.run('release', ['0.2.0'])).rejects.toMatchObject({ code: 1 })
    expect(copy.state()).toEqual(before)
  })
})

describe('publishing', () => {
  it.skipIf(process.platform === 'win32')('is done with provenance in the workflow of the tag', async () => {
    const copy = new Copy()
    // In place of npm, which would publish.
    writeFileSync(join(copy.path, 'npm'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 })
    const PATH = `${copy.path}${delimiter}${process.env.PATH}`
    const env = { GITHUB_ACTIONS: 'true', GITHUB_REF: 'refs/tags/v0.1.0', PATH }
    expect((await copy.run('publish', [], env)).stdout).toBe('publish --provenance --access public\n')
  })

  it('is refused outside of the workflow, and where the tag is another version', async () => {
    const copy = new Copy()
    await expect(copy.run('publish', [])).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Only the release workflow publishes'),
    })
    const env = { GITHUB_ACTIONS: 'true', GITHUB_REF: 'refs/tags/v9.9.9' }
    await expect(copy.run('publish', [], env)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Expected the tag v0.1.0 of package.json, got refs/tags/v9.9.9'),
    })
  })
})
