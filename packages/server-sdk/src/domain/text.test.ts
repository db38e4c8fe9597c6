import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookOf, textFault, toLine } from './text.ts'

describe('toLine', () => {
  it('makes one line of several, whatever breaks them', () => {
    expect(toLine(' a\r\nb\tc\u2028d\u2029e ')).toBe('a b c d e')
  })
})

describe('textFault', () => {
  it.each([
    ['markup', '<b>&amp;</b>'],
    ['what SQL would be', "'; drop table live_poll_polls; --"],
    ['Arabic and Hebrew, with the marks of their direction', 'مرحبا \u200fשלום\u200e'],
    ['Vietnamese in letters and marks', 'Tiếng Việt'.normalize('NFD')],
    ['Hebrew with points and accents', 'בְּרֵאשִׁ֖ית'],
    ['a family, a flag of tags and a heart of two characters', '👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️'],
    ['ten marks on a letter', `Z${'\u0301'.repeat(10)}`],
    ['a lone mark', '\u0301'],
  ])('takes %s', (_, text) => {
    expect(textFault(text, 200)).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['a NUL', 'a\0'],
    ['a control character of C1', 'a\u0085'],
    ['the first half of a pair', 'a\ud83c'],
    ['the second half of a pair', '\udf72a'],
    ['a right-to-left override', 'Yes\u202eoN'],
    ['an embedding that never ends', '\u202bYes'],
    ['an isolate that never ends', '\u2067Yes'],
    ['isolates that end too often', 'Yes\u2069'],
    ['eleven marks on a letter', `Z${'\u0301'.repeat(11)}`],
    ['a tower of marks of many kinds', `Z${'\u0316\u0301\u0489'.repeat(50)}`],
    ['nothing but spaces of no width', '\u200b\u2060\ufeff'],
    ['nothing but a Hangul filler', '\u3164'],
    ['nothing but an empty Braille cell', '\u2800'],
    ['too much', 'x'.repeat(201)],
  ])('refuses %s', (_, text) => {
    expect(textFault(text, 200)).toEqual(expect.any(String))
  })

  it('takes only what every database can hold, and stays with what it said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = toLine(text)
        if (textFault(line, 500) === undefined) encodeURIComponent(line) // throws at half a pair
        return toLine(line) === line && (textFault(line, 500) !== undefined || !line.includes('\0'))
      }),
    )
  })
})

describe('lookOf', () => {
  it.each([
    ['case', 'Soup', 'sOUP'],
    ['composition', 'Café', 'Cafe\u0301'],
    ['width', 'Soup', 'Ｓｏｕｐ'],
    ['a ligature', 'official', 'oﬃcial'],
    ['a figure in a circle', '1', '①'],
    ['how many spaces there are', 'Soup of the day', 'Soup  of\u00a0the\u3000day'],
    ['a space of no width', 'Soup', 'So\u200bup'],
    ['a soft hyphen', 'Soup', 'So\u00adup'],
    ['a mark of direction', 'Soup', 'Soup\u200e'],
  ])('is the same but for %s', (_, one, other) => {
    expect(one).not.toBe(other)
    expect(lookOf(other)).toBe(lookOf(one))
  })

  it.each([
    ['an accent', 'Café', 'Cafe'],
    ['a space', 'Icecream', 'Ice cream'],
    ['the flags of two countries', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a family and its members', '👩‍👩‍👧', '👩👩👧'],
  ])('is another for %s', (_, one, other) => {
    expect(lookOf(other)).not.toBe(lookOf(one))
  })
})
