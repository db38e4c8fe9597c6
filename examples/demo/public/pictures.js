import { uploadImage } from './api.js'

/**
 * @typedef {{ element: HTMLElement, input: HTMLInputElement, text: string, stored: Promise<string | null> | null }} Row
 * stored: the id of its picture; null where it has none, or where it could not be stored
 */

/**
 * The pictures of a poll that is about to be made: one of the question, and one for each line of its choices. They are sent
 * as soon as they are chosen.
 *
 * @param {HTMLElement} place
 * @param {HTMLTextAreaElement} choices
 */
export function listenForPictures(place, choices) {
  const question = createRow('')
  /** @type {Row[]} */
  let rows = []
  place.append(question.element)

  /** Each line has its row, also where lines are the same. What is written anew at the place of another line takes over its picture. */
  function follow() {
    const lines = linesOf(choices)
    const free = new Set(rows)
    const claim = (/** @type {Row | undefined} */ row) => (row && free.delete(row) ? row : undefined)
    const unmoved = lines.map((line, index) => (rows[index]?.text === line ? claim(rows[index]) : undefined))
    const moved = lines.map((line, index) => unmoved[index] ?? claim([...free].find(({ text }) => text === line)))
    rows = lines.map((line, index) => {
      const row = moved[index] ?? claim(rows[index]) ?? createRow(line)
      rename(row, line)
      return row
    })
    place.replaceChildren(question.element, ...rows.map(({ element }) => element))
  }
  choices.addEventListener('input', follow)

  return {
    /** The ids of what is stored; null where one of them could not be. */
    async read() {
      const all = [question, ...rows]
      const ids = await Promise.all(all.map(({ stored }) => stored))
      if (ids.some((id, index) => id === null && all[index]?.stored)) return null
      const [ofQuestion, ...ofChoices] = ids
      return { question: ofQuestion ?? null, choices: ofChoices }
    },
    clear() {
      take(question, undefined)
      rows = []
      place.replaceChildren(question.element)
    },
  }
}

/** @param {HTMLTextAreaElement} field */
export function linesOf({ value }) {
  return value.split('\n').flatMap((line) => line.trim() || [])
}

/**
 * @param {string} text the choice that the picture is of; empty: the question
 * @returns {Row}
 */
function createRow(text) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById('picture'))
  const element = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true))
  const input = /** @type {HTMLInputElement} */ (element.querySelector('input'))
  /** @type {Row} */
  const row = { element, input, text: '', stored: null }
  input.addEventListener('change', () => take(row, input.files?.[0]))
  element.querySelector('button')?.addEventListener('click', () => {
    take(row, undefined)
    input.dispatchEvent(new Event('input', { bubbles: true })) // the form is another one now
    input.focus()
  })
  rename(row, text)
  return row
}

/**
 * @param {Row} row
 * @param {string} text
 */
function rename(row, text) {
  row.text = text
  const words = /** @type {HTMLElement} */ (row.element.querySelector('.of'))
  words.textContent = text ? `Picture of ${text}` : 'Picture at the top'
}

/**
 * @param {Row} row
 * @param {File | undefined} file undefined: takes the picture away
 */
function take(row, file) {
  const preview = /** @type {HTMLImageElement} */ (row.element.querySelector('img'))
  const remove = /** @type {HTMLButtonElement} */ (row.element.querySelector('button'))
  const said = /** @type {HTMLElement} */ (row.element.querySelector('[role="status"]'))
  const say = (/** @type {string} */ text, kind = 'said') => Object.assign(said, { textContent: text, className: kind })
  URL.revokeObjectURL(preview.src)
  preview.hidden = remove.hidden = !file
  say('')
  if (!file) {
    row.input.value = ''
    row.stored = null
    preview.removeAttribute('src')
    return
  }
  preview.src = URL.createObjectURL(file)
  const onProgress = (/** @type {number} */ part) =>
    say(part < 1 ? `${Math.round(part * 100)} %` : 'Sizes for all screens are being made.')
  const stored = uploadImage(file, onProgress).then(({ id, issues }) => {
    if (row.stored === stored) say(issues.map(({ message }) => message).join(' '), 'issue')
    return id
  })
  row.stored = stored
}
