import { mostLevels } from '../../../values/most-levels.js'
import { parseJson } from '../../../values/parse-json.js'
import { decodeItems, type TextTally, type VectorDecoder } from '../vector-decoder.js'
import { ShortTexts } from './short-texts.js'
import { openTexts } from './text-decoder.js'

/** JSON as its value, or as its text where JavaScript has no such value. @param level - Arrays and objects it is in. */
export function decodeJson(tally: TextTally, level: number): VectorDecoder {
  const shortTexts = new ShortTexts()
  return decodeItems((place) => {
    const read = openTexts(place, tally, shortTexts)
    return (index) => parseJson(read(index), mostLevels - level).value
  })
}
