import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { figures, runTest, type Suite } from './suite.js'

const asynchronous = 'duckpaddle, async generator'
const contenders = [
  'Appender on main',
  'Appender on main, 64 MB',
  'worker, cloned rows',
  asynchronous,
  `${asynchronous}, 64 MB`,
  'lmdb',
]
const peak = 'peak memory above start'
/** What the bar allows, and for how many rows. */
const targetMiB = 256
const targetRows = 5_000_000

/** What memory a write takes, where the rows themselves take none. */
export const memory: Suite = {
  defaults: { sizes: [500_000], shapes: ['event'] },
  quick: { sizes: [5000], shapes: ['event'] },
  async *run({ sizes, shapes, trials }) {
    for (const shape of shapes) {
      for (const size of sizes) yield await stream(shape, size, trials)
    }
  },
}

function stream(shape: string, size: number, trials: number): Promise<TestReport> {
  const plan = {
    name: `write ${shape} rows`,
    description:
      'Rows from a generator, which makes each as it is asked for, into an empty table; one transaction, but for lmdb. ' +
      'The memory is the resident memory of the process, which lmdb maps its file into. DuckDB keeps what it has ' +
      'written in its cache, up to its memory limit: 64 MB where that is said, else a quarter of the memory ' +
      'with duckpaddle and DuckDB’s own 80% otherwise. At the end: as the write is over, before anything is collected.',
    task: 'streamRows',
    contenders,
    size,
    trials,
    options: { shape },
    figures: [
      ...figures('less', 's', 2, 'time to write'),
      ...figures('less', 'MiB', 0, peak, 'memory above start at the end'),
    ],
  } as const
  return runTest(plan, (test) => {
    const growth = medianFigure(test, asynchronous, peak).toFixed(0)
    const target = size === targetRows ? ` (target: less than ${targetMiB})` : ''
    return [`${asynchronous}: memory grows by ${growth} MiB${target}`]
  })
}
