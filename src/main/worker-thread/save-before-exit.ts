import { reportLoss } from '../../process/report-loss.js'
import { ProcessMembers } from './process-members.js'

/** Something that may have changes to save. */
interface Saver {
  readonly hasDirty: boolean
  /** Resolves to what is wrong where something could not be saved. */
  save(): Promise<string | undefined>
}

const savers = new ProcessMembers<Saver>('beforeExit', saveAll)
/** Savers whose last attempt failed: they are not asked again, or the process would never end. */
const failed = new WeakSet<Saver>()

/** Has what is due saved when the process has nothing else to do, before it ends. */
export const saveBeforeExit: Pick<ProcessMembers<Saver>, 'add' | 'delete'> = savers

/** What is started here keeps the process alive until it is done; then this is called once more. */
function saveAll(): void {
  for (const saver of savers) {
    if (!saver.hasDirty || failed.has(saver)) continue
    const fail = (error: unknown) => {
      failed.add(saver)
      reportLoss('changes could not be saved before the process ends:', error)
    }
    saver.save().then((problem) => {
      if (problem !== undefined) fail(problem)
    }, fail)
  }
}
