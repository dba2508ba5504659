import { parseDecimal } from '../parse-decimal.js'
import { numberText } from './number-text.js'
import { ParseProblem } from './parse-problem.js'

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const infinite = /^[+-]?inf(?:inity)?$/i
/** DuckDB reads digits after the point eight at a time, and takes no underscore behind them. */
const refusedUnderscore = /\.(?:\d{8})+_/
const notZero = /^[^eE]*[1-9]/

/** Reads a DOUBLE: `1.5`, `1e3`, `.5`, `inf`, `-Infinity`, `nan`; the nearest that there is. */
export function parseDouble(text: string): unknown {
  return parseFloating(text, (_, double) => double)
}

/** Reads a FLOAT, likewise. */
export function parseFloat32(text: string): unknown {
  return parseFloating(text, roundToFloat)
}

function parseFloating(text: string, round: (plain: string, double: number) => number): unknown {
  const plain = numberText(text)
  if (number.test(plain) && !refusedUnderscore.test(text)) {
    const value = round(plain, Number(plain))
    if (!Number.isFinite(value)) return new ParseProblem('range', 'a number that does not overflow', text)
    const isLost = value === 0 && notZero.test(plain)
    return isLost ? new ParseProblem('range', 'a number that does not become 0', text) : value
  }
  if (infinite.test(plain)) return plain.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return plain.toLowerCase() === 'nan' ? Number.NaN : text
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** Digits after the point by which a text is compared with a double: those of the smallest FLOAT's half, and more. */
const comparedDigits = 400
/** A double half-way between two FLOATs is a multiple of 2^-150. */
const halfBits = 150

/** The FLOAT that is nearest to the text, which is not always the one that is nearest to the double nearest to it. */
function roundToFloat(plain: string, double: number): number {
  const rounded = Math.fround(double)
  if (rounded === double || !Number.isFinite(rounded)) return rounded
  float[0] = rounded
  const isUp = double > rounded === rounded >= 0 && rounded !== 0
  bits[0] = rounded === 0 ? 1 | (double < 0 ? 0x8000_0000 : 0) : (bits[0] ?? 0) + (isUp ? 1 : -1)
  const other = float[0]
  if (double - rounded !== other - double) return rounded
  const decimal = parseDecimal(plain, comparedDigits * 2, comparedDigits)
  if (typeof decimal === 'string') return rounded
  const difference =
    (decimal << BigInt(halfBits)) - BigInt(double * 2 ** halfBits) * 10n ** BigInt(comparedDigits)
  if (difference === 0n) return rounded
  return difference > 0n ? Math.max(rounded, other) : Math.min(rounded, other)
}
