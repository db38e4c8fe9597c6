/** Text of one line: what breaks a line becomes a space. */
export function toLine(text: string): string {
  return text.replace(/[\r\n\t\u2028\u2029]+/g, ' ').trim()
}

/** Stacked on one letter. Living scripts need a few; hundreds paint over the lines around them. */
const maxMarks = 10

const bidiControls = /[\u202a-\u202e\u2066-\u2069]/
const tooManyMarks = new RegExp(`\\p{M}{${maxMarks + 1}}`, 'u')
const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800]/u

/**
 * What keeps a text from being shown as it is read: it is empty to the eye, cannot be stored, turns the direction of
 * what follows (so that "Yes" can look like "No", https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing),
 * or paints over its neighbours.
 * @param maxLength in UTF-16 code units
 * @returns what to do about it, or undefined where there is nothing to do
 */
export function textFault(text: string, maxLength: number): string | undefined {
  if (text === '') return 'Write something.'
  if (text.length > maxLength) return `Write at most ${maxLength} characters.`
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'Leave out control characters and broken Unicode.'
  if (bidiControls.test(text)) return 'Leave out characters that turn the direction of text (U+202A-E, U+2066-9).'
  if (tooManyMarks.test(text)) return `Put at most ${maxMarks} marks on a letter.`
  if (!visible.test(text)) return 'Write something that can be seen.'
  return undefined
}

/** Joiners, variation selectors and tags are not drawn themselves, but one emoji or word differs from another by them. */
const invisible = /(?!\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0020}-\u{e01ef}])\p{Default_Ignorable_Code_Point}/gu

/** Labels of the same look would be one choice to a voter: case, width, spaces and what is not drawn are left out. */
export function lookOf(label: string): string {
  return label.replace(invisible, '').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}
