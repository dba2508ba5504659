import { hasOurName } from '../report/is-ours.js'
import type { ColorName } from './palette.js'

/** How a contender is told from the others: never by the colour alone. */
export interface ContenderLook {
  readonly color: ColorName
  readonly symbol: 'circle' | 'rect' | 'triangle' | 'diamond' | 'roundRect'
  readonly dash: 'solid' | 'dashed' | 'dotted'
  /** Whether it is this library, which is drawn above the others. */
  readonly isOwn: boolean
}

const others: readonly Omit<ContenderLook, 'isOwn'>[] = [
  { color: 'blue', symbol: 'rect', dash: 'solid' },
  { color: 'green', symbol: 'triangle', dash: 'solid' },
  { color: 'purple', symbol: 'diamond', dash: 'solid' },
  { color: 'navy', symbol: 'roundRect', dash: 'dashed' },
  { color: 'teal', symbol: 'rect', dash: 'dashed' },
  { color: 'olive', symbol: 'triangle', dash: 'dashed' },
]
const ownDashes = ['solid', 'dashed', 'dotted'] as const

/** Gives each contender its look, in the order in which a report names them. */
export function contenderLooks(names: Iterable<string>): ReadonlyMap<string, ContenderLook> {
  const looks = new Map<string, ContenderLook>()
  let own = 0
  let other = 0
  for (const name of new Set(names)) {
    if (hasOurName(name)) {
      const dash = ownDashes[own++ % ownDashes.length] ?? 'solid'
      looks.set(name, { color: 'duckpaddle', symbol: 'circle', dash, isOwn: true })
    } else if (isReference(name)) {
      looks.set(name, { color: 'idle', symbol: 'circle', dash: 'dotted', isOwn: false })
    } else {
      looks.set(name, { ...otherLook(other++), isOwn: false })
    }
  }
  return looks
}

/** What is there only to compare with, and writes nothing: `idle`, `JSON.stringify alone`. */
function isReference(name: string): boolean {
  return name === 'idle' || name.endsWith(' alone')
}

function otherLook(index: number): Omit<ContenderLook, 'isOwn'> {
  return others[index % others.length] ?? { color: 'muted', symbol: 'rect', dash: 'solid' }
}
