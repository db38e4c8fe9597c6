import { createPoll } from './api.js'
import { clearIssues, focusFirstIssue, showIssue } from './issues.js'
import { linesOf, listenForPictures } from './pictures.js'
import { minutesAfter, serverTime } from './server-time.js'

/** @typedef {import('./api.js').Poll} Poll */
/** @typedef {import('./api.js').PollInput} PollInput */

/**
 * The organizer's form: makes a poll of what is in it. Without the form (nobody is signed in) it does nothing.
 *
 * @param {(poll: Poll) => void} onPoll
 */
export function listenForQuestions(onPoll) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById('ask'))
  if (!form) return
  const question = /** @type {HTMLInputElement} */ (form.querySelector('#question'))
  const choices = /** @type {HTMLTextAreaElement} */ (form.querySelector('#choices'))
  const max = /** @type {HTMLInputElement} */ (form.querySelector('#max'))
  const opens = /** @type {HTMLSelectElement} */ (form.querySelector('#opens'))
  const lasts = /** @type {HTMLSelectElement} */ (form.querySelector('#lasts'))
  const shows = /** @type {HTMLSelectElement} */ (form.querySelector('#shows'))
  const canChange = /** @type {HTMLInputElement} */ (form.querySelector('#can-change'))
  const pictures = listenForPictures(/** @type {HTMLElement} */ (form.querySelector('#pictures')), choices)
  const asked = /** @type {HTMLElement} */ (form.querySelector('#asked'))
  /** @type {Readonly<Record<string, HTMLElement>>} */
  const fields = { question, choices, ballot: max, opensAt: opens, closesAt: lasts, showResults: shows }
  let isSending = false
  /** @type {{ input: PollInput, key: string } | null} */
  let attempt = null

  // What is sent again after a lost answer makes no second poll; what was edited since is another one.
  form.addEventListener('input', () => {
    attempt = null
  })

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isSending) return
    isSending = true
    asked.textContent = ''
    clearIssues(form)
    try {
      const input = attempt ? null : await read()
      if (input) attempt = { input, key: randomKey() }
      if (attempt) await send(attempt)
      else asked.textContent = 'A picture could not be stored: choose it again, or remove it.'
    } catch {
      asked.textContent = 'The server cannot be reached. Try again.'
    }
    isSending = false
  })

  /** @returns {Promise<PollInput | null>} null where a picture is missing */
  async function read() {
    const hasTimes = opens.value !== '' || lasts.value !== ''
    const images = await pictures.read()
    if (!images) return null
    const opening = (hasTimes ? await serverTime() : 0) + Number(opens.value) * 60_000
    return {
      question: question.value,
      image: images.question ? { id: images.question } : null,
      choices: linesOf(choices).map((label, index) => {
        const id = images.choices[index]
        return id ? { label, image: { id } } : label
      }),
      ballot: { max: max.valueAsNumber },
      showResults: /** @type {PollInput['showResults']} */ (shows.value),
      canChange: canChange.checked,
      opensAt: opens.value ? minutesAfter(opening, 0) : null,
      closesAt: lasts.value ? minutesAfter(opening, Number(lasts.value)) : null,
    }
  }

  /** @param {{ input: PollInput, key: string }} attempt */
  async function send({ input, key }) {
    const { poll, issues } = await createPoll(input, key)
    if (poll) {
      form?.reset()
      pictures.clear()
      attempt = null
      asked.textContent = poll.state === 'scheduled' ? 'Your poll is waiting to open.' : 'Your poll is live.'
      onPoll(poll)
      return
    }
    for (const { path, message } of issues) {
      const [name = '', index] = path.split('.')
      const field = fields[name]
      if (!field) asked.textContent = message
      else showIssue(field, field === choices && index ? `${linesOf(choices)[Number(index)]}: ${message}` : message)
    }
    if (form) focusFirstIssue(form)
  }
}

/** `crypto.randomUUID` is missing on plain http. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
