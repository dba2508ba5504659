import { spawnSync } from 'node:child_process'
import { reportLoss } from '../../process/report-loss.js'
import { quoteName } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { exitGuard } from '../worker-thread/exit-guard.js'
import { isSingleExecutable } from '../worker-thread/is-single-executable.js'
import { packageFile } from '../worker-thread/package-files.js'
import { describeChanges, reportUnsaved, type UnsavedStore } from './unsaved-store.js'

/** A store that may have changes that its worker cannot write: it is only starting, or was lost. */
interface Saver {
  takeUnsaved(): UnsavedStore | undefined
}

const savers = new Set<Saver>()
let isOver = false

/** How long an exiting process waits for the one that saves. */
const timeoutMs = 60_000

/** Set in the process that saves, which must not start another. */
const marker = 'DUCKPADDLE_SAVES_AT_EXIT'

/** Has saved at the exit of the process, by another process, what the workers of this one cannot save. */
export const saveAtExit = {
  add(saver: Saver): void {
    savers.add(saver)
    // The files must be free, and what the workers have been given is not to be saved twice.
    exitGuard.savers.add(saveAll)
  },

  delete(saver: Saver): void {
    savers.delete(saver)
    if (savers.size === 0) exitGuard.savers.delete(saveAll)
  },

  /** @throws `PERSIST_CLOSED` in a listener to the exit that comes after the one by which all has been saved. */
  checkTime(tableName: string): void {
    if (!isOver) return
    const message = `The process is exiting, and ${quoteName(tableName)} was saved: a call that comes now is lost`
    reportLoss(message)
    throw new PersistenceError('PERSIST_CLOSED', message)
  },
}

function saveAll(): void {
  isOver = true
  const unsaved = [...savers].flatMap((saver) => saver.takeUnsaved() ?? [])
  if (unsaved.length > 0) saveByProcess(unsaved)
}

/** Only a process of its own can open a database while this thread can do nothing but wait. */
function saveByProcess(unsaved: readonly UnsavedStore[]): void {
  try {
    const reason = reasonAgainstProcess() ?? runProcess(unsaved)
    if (reason !== undefined) reportAll(unsaved, reason)
  } catch (error) {
    reportAll(unsaved, `${error}`)
  }
}

function reasonAgainstProcess(): string | undefined {
  if (process.env[marker] !== undefined) return 'this process saves for another'
  if (isSingleExecutable()) return 'a single executable application cannot start a process that saves'
  return undefined
}

/** @returns Why it has failed. */
function runProcess(unsaved: readonly UnsavedStore[]): string | undefined {
  const { NODE_OPTIONS: _, ...env } = process.env
  // Neither its options nor NODE_OPTIONS are those of this process, which may be --inspect or --eval.
  const { error, status, signal } = spawnSync(process.execPath, [packageFile('exitProgram')], {
    input: JSON.stringify(unsaved),
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...env, [marker]: '1', ELECTRON_RUN_AS_NODE: '1' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  // It reports by itself what it could not save, and ends with 0.
  return error !== undefined || status !== 0 ? `${error ?? `ended by ${signal ?? status}`}` : undefined
}

function reportAll(unsaved: readonly UnsavedStore[], reason: string): void {
  for (const store of unsaved) reportUnsaved(store, `${describeChanges(store)} (${reason})`)
}
