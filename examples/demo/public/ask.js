/** @typedef {{ path: string, message: string }} Issue */
/** @typedef {{ id: string, choices: readonly object[] }} Poll */

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
  const asked = /** @type {HTMLElement} */ (form.querySelector('#asked'))
  let isSending = false
  let idempotencyKey = randomKey()

  // What is sent again after a lost answer makes no second poll; what was edited since is another one.
  form.addEventListener('input', () => {
    idempotencyKey = randomKey()
  })

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isSending) return
    isSending = true
    asked.textContent = ''
    clearIssues(form)
    const labels = choices.value.split('\n').flatMap((line) => line.trim() || [])
    const answer = await post(
      { question: question.value, choices: labels, ballot: { max: max.valueAsNumber } },
      idempotencyKey,
    )
    isSending = false
    if (answer.poll) {
      form.reset()
      idempotencyKey = randomKey()
      asked.textContent = 'Your poll is live.'
      onPoll(answer.poll)
      return
    }
    for (const { path, message } of answer.issues) {
      const [field = '', index] = path.split('.')
      if (field === 'question') showIssue(question, message)
      else if (field === 'ballot') showIssue(max, message)
      else if (field === 'choices') showIssue(choices, index ? `${labels[Number(index)]}: ${message}` : message)
      else asked.textContent = message
    }
    const first = /** @type {HTMLElement | null} */ (form.querySelector('[aria-invalid]'))
    first?.focus()
  })
}

/**
 * @param {object} input
 * @param {string} idempotencyKey
 * @returns {Promise<{ poll: Poll, issues?: undefined } | { poll?: undefined, issues: readonly Issue[] }>}
 */
async function post(input, idempotencyKey) {
  try {
    const response = await fetch('/live-poll/polls', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'live-poll-client': '1', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(input),
    })
    const answer = await response.json()
    if (response.ok) return { poll: answer }
    if (response.status === 401) return refusal('You are signed out: open the new link in the terminal.')
    return { issues: answer.error.issues ?? refusal(answer.error.message).issues }
  } catch {
    return refusal('The server cannot be reached. Try again.')
  }
}

/** @param {string} message */
function refusal(message) {
  return { issues: [{ path: '', message }] }
}

/**
 * Every field has a line of its own for what is wrong with it; the first word on it stands.
 *
 * @param {HTMLElement} field
 * @param {string} message
 */
function showIssue(field, message) {
  if (field.ariaInvalid) return
  field.ariaInvalid = 'true'
  const line = document.getElementById(`${field.id}-issue`)
  if (line) line.textContent = message
}

/** @param {HTMLElement} form */
function clearIssues(form) {
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
  for (const line of form.querySelectorAll('.issue')) line.textContent = ''
}

/** `crypto.randomUUID` is missing on plain http. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
