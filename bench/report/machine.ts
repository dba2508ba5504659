import { availableParallelism, cpus, totalmem } from 'node:os'
import { version } from '@duckdb/node-api'

/** Where figures were measured: they mean nothing without it. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memoryGiB: number
  readonly platform: string
  readonly node: string
  readonly duckdb: string
}

export function readMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown processor',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    duckdb: version(),
  }
}

export function describeMachine({ cores, processor, memoryGiB, platform, node, duckdb }: Machine): string {
  return `${cores} cores, ${processor}, ${memoryGiB} GiB; ${platform}; Node ${node}, DuckDB ${duckdb}`
}
