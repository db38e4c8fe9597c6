/**
 * Asks in place before something that cannot be undone. The focus goes to the question, not to its answer: Enter
 * pressed twice agrees to nothing. Escape says no.
 *
 * @param {HTMLElement} box with a paragraph, and the buttons `yes` and `no`
 * @param {string} question
 * @param {string} verb on the button that agrees
 * @returns {Promise<boolean>}
 */
export function confirmIn(box, question, verb) {
  const words = /** @type {HTMLElement} */ (box.querySelector('p'))
  const yes = /** @type {HTMLButtonElement} */ (box.querySelector('[name="yes"]'))
  const no = /** @type {HTMLButtonElement} */ (box.querySelector('[name="no"]'))
  words.textContent = question
  yes.textContent = verb
  box.ariaLabel = question
  box.hidden = false
  box.focus()
  return new Promise((resolve) => {
    const over = new AbortController()
    /** @param {boolean} isAgreed */
    const answer = (isAgreed) => {
      over.abort()
      box.hidden = true
      resolve(isAgreed)
    }
    yes.addEventListener('click', () => answer(true), over)
    no.addEventListener('click', () => answer(false), over)
    box.addEventListener('keydown', ({ key }) => key === 'Escape' && answer(false), over)
  })
}
