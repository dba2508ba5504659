import { batchFull, type EncodeError } from '../encode-error.js'

/** What is wrong with a value inside of another, as something about that. @param place - Such as `.zip` or `[3]`. */
export function inside(place: string, type: string, problem: EncodeError): EncodeError {
  if (problem === batchFull) return problem
  return { ...problem, place: place + (problem.place ?? ''), type: problem.type ?? type }
}
