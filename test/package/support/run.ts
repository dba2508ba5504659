import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. What it inherits from vitest or npm would not be there in an application. */
export async function run(file: string, args: readonly string[], cwd: string): Promise<Ran> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|VITEST|NODE_OPTIONS|NODE_ENV|TEST$|INIT_CWD)/i.test(name),
    ),
  )
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { cwd, env })
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
