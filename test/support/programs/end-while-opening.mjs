// Ends in the way of argv[3] argv[4] ms after it began to open the database argv[2].
import { open } from '../../../dist/main/index.js'

const [, , path, way, delayMs] = process.argv

open(path).catch(() => undefined)
const end = () => {
  if (way === 'throw') throw new Error('thrown on purpose')
  process.exit(3)
}
if (delayMs === 'now') end()
setTimeout(end, Number(delayMs))
