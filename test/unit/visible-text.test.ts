import { describe, expect, it } from 'vitest'
import { describeValue } from '../../src/main/contract/describe-value.js'
import { quoteName, quoteText, toVisible } from '../../src/protocol/visible-text.js'
import { cpuMsOf } from '../support/cpu-time.js'

describe('toVisible', () => {
  it.each([
    ['a byte-order mark', '\ufeffiata', '\\ufeffiata'],
    ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
    ['a zero-width joiner', 'a\u200db', 'a\\u200db'],
    ['a soft hyphen', 'a\u00adb', 'a\\u00adb'],
    ['a non-breaking space', 'a\u00a0b', 'a\\u00a0b'],
    ['a narrow non-breaking space', 'a\u202fb', 'a\\u202fb'],
    ['an ideographic space', 'a\u3000b', 'a\\u3000b'],
    ['a sign that turns the direction', 'a\u202eb\u2066', 'a\\u202eb\\u2066'],
    ['line breaks', 'a\nb\rc\u2028d\u2029e\u0085', 'a\\nb\\rc\\u2028d\\u2029e\\u0085'],
    ['other controls', 'a\tb\0c\u001b[31m\u007f', 'a\\tb\\0c\\u001b[31m\\u007f'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
    ['a filler, a joiner of marks and a selector', '\u3164\u034f\ufe0f', '\\u3164\\u034f\\ufe0f'],
    ['a blank pattern of Braille', '\u2800', '\\u2800'],
    ['a tag beyond the first 65,536 characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['what no character has been given to', '\uffff', '\\uffff'],
  ])('escapes %s', (_, text, expected) => {
    expect(toVisible(text, 60)).toBe(expected)
  })

  it.each(['a column', "it's", 'Größe', '温度', 'עברית', 'a\u0301', '🦆', '€ “x” — ½', '`"\\'])(
    'leaves %s as it is',
    (text) => {
      expect(toVisible(text, 60)).toBe(text)
    },
  )

  it('has a longest length, and cuts no character into halves', () => {
    expect(toVisible('x'.repeat(10), 10)).toBe('x'.repeat(10))
    expect(toVisible('x'.repeat(11), 10)).toBe(`${'x'.repeat(10)}...`)
    expect(toVisible('\ufeff'.repeat(100), 13)).toBe('\\ufeff\\ufeff...')
    for (let longest = 1; longest < 8; longest++) {
      const shown = toVisible('🦆'.repeat(10), longest)
      expect(shown).toBe(`${'🦆'.repeat(Math.floor(longest / 2))}...`)
      expect(toVisible(`x${'🦆'.repeat(10)}`, longest).isWellFormed()).toBe(true)
    }
  })

  it('takes no longer for long text', () => {
    const text = '\u200b'.repeat(5_000_000)
    const cpuMs = cpuMsOf(() => {
      for (let index = 0; index < 100; index++) quoteName(text)
    })
    expect(cpuMs).toBeLessThan(1000)
  })
})

describe('a name or a value in a message', () => {
  it('doubles a backslash, so that an escape cannot be forged', () => {
    expect(quoteName('\ufeffiata')).toBe('`\\ufeffiata`')
    expect(quoteName('\\ufeffiata')).toBe('`\\\\ufeffiata`')
    expect(quoteText('C:\\new', 40)).toBe("'C:\\\\new'")
  })

  it('is on one line, short, and visible, whatever it is', () => {
    const hostile = Object.create({ constructor: { name: '\u202eevil\n' } })
    expect(describeValue('\ufeff1\r\n')).toBe("'\\ufeff1\\r\\n' (string)")
    expect(describeValue(hostile)).toBe('\\u202eevil\\n (object)')
    expect(describeValue('x'.repeat(1e6))).toBe(`'${'x'.repeat(40)}...' (string)`)
    expect(quoteName('x'.repeat(1e6))).toBe(`\`${'x'.repeat(60)}...\``)
  })
})
