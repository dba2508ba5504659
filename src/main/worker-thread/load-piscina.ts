import type { Piscina } from 'piscina'
import { packageFile } from './package-files.js'
import { requireFrom } from './require-from.js'

interface Loaded {
  readonly Piscina: typeof Piscina
  /** The file that its threads run. */
  readonly worker: string
}

/** With the module, for it takes 25 to 50 ms: `open()` must not hold up what a server does meanwhile. */
const loaded = tryLoad()

/**
 * piscina, from where the worker itself has it. Bundlers do not see it: it finds its own worker beside its own file,
 * and a bundle would start whatever is called `worker.js` there.
 *
 * @throws `PERSIST_OPEN_FAILED` where this package's files are not to be found, and Node's error where piscina is not.
 */
export function loadPiscina(): Loaded {
  return loaded ?? load()
}

/** An import of this package never fails: `open()` says what is missing. */
function tryLoad(): Loaded | undefined {
  try {
    return load()
  } catch {
    return undefined
  }
}

function load(): Loaded {
  const worker = packageFile('worker')
  const { Piscina }: Pick<Loaded, 'Piscina'> = requireFrom(worker)('piscina')
  return { Piscina, worker }
}
