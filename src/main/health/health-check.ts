import type { HealthOptions, HealthReport, HealthStatus } from '../contract/health.js'
import { type ResolvedHealthOptions, resolveHealthOptions } from '../contract/health.js'
import type { ResolvedOpenOptions } from '../contract/open-options.js'
import { maxWalBytes } from '../scheduling/checkpoint-scheduler.js'
import type { Operations } from '../scheduling/operations.js'
import { now } from '../scheduling/real-timers.js'
import type { GroupCommit } from '../write/group-commit.js'
import type { WriteContext } from '../write/persist-call.js'
import { measureFiles } from './file-sizes.js'
import { type Findings, findReasons } from './find-reasons.js'
import { within } from './within.js'
import { WorkerInquiry } from './worker-answer.js'

interface Parts {
  readonly options: ResolvedOpenOptions
  readonly context: WriteContext
  readonly groups: GroupCommit
  readonly operations: Operations
}

/** Finds out how a service is. */
export class HealthCheck {
  readonly #parts: Parts
  readonly #inquiry: WorkerInquiry

  constructor(parts: Parts) {
    this.#parts = parts
    this.#inquiry = new WorkerInquiry(parts.context.supervisor, parts.operations)
  }

  /** Like `health()` of the service. */
  async run(given: HealthOptions): Promise<HealthReport> {
    const limits = resolveHealthOptions(given)
    const findings = await this.#find(limits)
    const reasons = findReasons(findings, limits)
    const isFailed = reasons.some((reason) => reason.status === 'failed')
    const status: HealthStatus = isFailed ? 'failed' : reasons.length > 0 ? 'degraded' : 'ok'
    return Object.freeze({ status, reasons: Object.freeze(reasons), ...findings.figures })
  }

  async #find({ timeoutMs }: ResolvedHealthOptions): Promise<Findings> {
    const { options, context, operations } = this.#parts
    const { supervisor, commits } = context
    const { isInMemory, path } = supervisor
    const isOpen = operations.status === 'open'
    const asking = isOpen ? this.#inquiry.ask(timeoutMs) : undefined
    const sizes = isInMemory || !isOpen ? {} : await within(timeoutMs, measureFiles(path))
    const worker = await asking
    const { reply, answerMs } = worker ?? {}
    return {
      status: operations.status,
      isInMemory,
      isReadOnly: options.readOnly,
      ...(worker === undefined ? {} : { worker }),
      figures: {
        ...(answerMs === undefined ? {} : { answerMs }),
        ...reply?.memory,
        ...sizes,
        ...this.#ownFigures(),
      },
      ...(options.isWalLeft ? {} : { walThresholdBytes: maxWalBytes }),
      commitFailure: commits.failure,
    }
  }

  #ownFigures() {
    const { context, groups } = this.#parts
    const { flow, pool, scheduler } = context
    const times = [scheduler.waitingSince, groups.since].filter((time) => time !== undefined)
    const longestWaitMs = times.length === 0 ? 0 : now() - Math.min(...times)
    return { bufferBytes: flow.bytes + pool.freeBytes, longestWaitMs }
  }
}
