import type { RecordContender, RecordWriter } from '../contenders/record-contender.js'
import { collectGarbage } from '../measure/collect-garbage.js'
import { makeRecords } from '../records.js'

/** Records of one save: all of a large store would be garbage that slows down what is measured later. */
const chunkRecords = 100_000

/** Fills a new file with the records 0 to `count` - 1, closes it, and opens it again, as a program that starts does. */
export async function openWithRecords(
  contender: RecordContender,
  count: number,
  path: string,
): Promise<RecordWriter> {
  const writer = await contender.open(path)
  for (let start = 0; start < count; start += chunkRecords) {
    await writer.stage(makeRecords(start, Math.min(count, start + chunkRecords), 0))
    await writer.save()
  }
  await writer.close()
  const opened = await contender.open(path)
  await collectGarbage()
  return opened
}
