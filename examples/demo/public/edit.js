import { editPoll } from './api.js'
import { clearIssues, focusFirstIssue, showIssue } from './issues.js'
import { minutesAfter, serverTime } from './server-time.js'

/** @typedef {import('./api.js').Poll} Poll */
/** @typedef {import('./api.js').PollEdit} PollEdit */

/**
 * Lets the organizer edit a poll in place.
 *
 * @param {HTMLFormElement} form
 * @param {Poll} poll as it is
 * @returns {Promise<Poll | null>} the poll as it was saved; null when nothing was
 */
export function editIn(form, poll) {
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name))
  const [question, added, shows] = [field('question'), field('added'), field('shows')]
  const [closes, canChange] = [field('closes'), field('can-change')]
  const trouble = /** @type {HTMLElement} */ (form.querySelector('[role="alert"]'))
  form.reset()
  clearIssues(form)
  question.value = poll.question
  shows.value = poll.showResults
  canChange.checked = poll.canChange
  const labels = showLabels(form, poll)
  form.hidden = false
  question.focus()

  /** @returns {Promise<{ edit: PollEdit, sources: readonly HTMLInputElement[] }>} what differs, and the field of each choice */
  async function read() {
    const kept = poll.choices.flatMap(({ id }, index) => {
      const source = /** @type {HTMLInputElement} */ (labels[index])
      const label = source.value.trim()
      // An emptied one is taken away; one whose picture says it all had no label.
      return label || label === poll.choices[index]?.label ? [{ source, choice: { id, label } }] : []
    })
    const more = added.value
      .split('\n')
      .flatMap((line) => (line.trim() ? [{ source: added, choice: line.trim() }] : []))
    const isSame =
      more.length === 0 &&
      kept.length === poll.choices.length &&
      kept.every(({ choice }, index) => choice.label === poll.choices[index]?.label)
    const closesAt = closes.value === 'none' ? null : closes.value && minutesAfter(await serverTime(), +closes.value)
    const all = [...kept, ...more]
    return {
      edit: {
        ...(question.value !== poll.question && { question: question.value }),
        ...(!isSame && { choices: all.map(({ choice }) => choice) }),
        ...(shows.value !== poll.showResults && { showResults: /** @type {Poll['showResults']} */ (shows.value) }),
        ...(canChange.checked !== poll.canChange && { canChange: canChange.checked }),
        ...(closesAt !== '' && closesAt !== poll.closesAt && { closesAt }),
      },
      sources: all.map(({ source }) => source),
    }
  }

  async function save() {
    const { edit, sources } = await read()
    const { poll: saved, issues } = await editPoll(poll.id, edit)
    if (saved) return saved
    const fields = { question, choices: added, showResults: shows, closesAt: closes, canChange }
    for (const { path, message } of issues) {
      const [name = '', index] = path.split('.')
      const source = index && sources[Number(index)]
      const field = source || fields[/** @type {keyof typeof fields} */ (name)]
      if (!field) trouble.textContent = message
      else showIssue(field, source === added ? `${edit.choices?.[Number(index)]}: ${message}` : message)
    }
    focusFirstIssue(form)
    return null
  }

  return new Promise((resolve) => {
    const over = new AbortController()
    /** @param {Poll | null} saved */
    const end = (saved) => {
      over.abort()
      form.hidden = true
      resolve(saved)
    }
    let isSaving = false
    form.addEventListener(
      'submit',
      async (event) => {
        event.preventDefault()
        if (isSaving) return
        isSaving = true
        clearIssues(form)
        const saved = await save().catch(() => {
          trouble.textContent = 'The server cannot be reached. Try again.'
          return null
        })
        isSaving = false
        if (saved) end(saved)
      },
      over,
    )
    form.querySelector('[name="no"]')?.addEventListener('click', () => end(null), over)
    form.addEventListener('keydown', ({ key }) => key === 'Escape' && end(null), over)
  })
}

/**
 * A field for each choice.
 *
 * @param {HTMLFormElement} form
 * @param {Poll} poll
 */
function showLabels(form, { choices }) {
  const list = /** @type {HTMLElement} */ (form.querySelector('.labels'))
  list.replaceChildren(
    ...choices.map(({ label, image }, index) => {
      const placeholder = image?.alt ?? ''
      const input = Object.assign(document.createElement('input'), { value: label, placeholder, autocomplete: 'off' })
      input.setAttribute('aria-label', `Choice ${index + 1}`)
      const issue = Object.assign(document.createElement('span'), { className: 'issue' })
      const field = Object.assign(document.createElement('p'), { className: 'field' })
      field.append(input, issue)
      return field
    }),
  )
  return [...list.querySelectorAll('input')]
}
