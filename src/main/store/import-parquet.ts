import { inSlices } from '../scheduling/sliced-loop.js'
import { refuseSelfWait } from './refuse-self-wait.js'
import type { LoadReport } from './storage-events.js'
import type { ResolvedStorageOptions } from './storage-options.js'
import type { StorageSession } from './storage-session.js'

/** Sets the entries of a file, and saves them. */
export async function importParquet<T>(
  session: StorageSession<T>,
  options: ResolvedStorageOptions,
  file: string,
): Promise<LoadReport> {
  refuseSelfWait(options, 'importParquet()')
  const database = await session.database()
  const { entries, unreadable } = await database.readParquet(file)
  for await (const [key, stored] of inSlices(entries, options.sliceBudgetMs)) {
    const opening = session.ready()
    if (opening !== undefined) await opening
    // Text is as good as a value here: it is parsed when it is asked for, and saved as it is.
    session.memory.apply([{ type: 'set', key, value: stored as T }])
  }
  await session.persist()
  return { entries: entries.size, unreadable }
}
