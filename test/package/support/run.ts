import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What an application inherits: nothing of vitest or npm. */
export function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(
    entries.filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS|NODE_ENV|TEST$|INIT_CWD)/i.test(name)),
  )
}

/** Runs a program to its end. */
export async function run(file: string, args: readonly string[], cwd: string): Promise<Ran> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { cwd, env: environment() })
    return { code: 0, stdout, stderr }
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error) {
      return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) }
    }
    throw error
  }
}

/** Runs a program that must succeed. */
export async function succeed(file: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, cwd)
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} in ${cwd} failed:\n${stdout}${stderr}`)
  return stdout
}

export function npm(cwd: string, ...args: readonly string[]): Promise<string> {
  return succeed('npm', args, cwd)
}
