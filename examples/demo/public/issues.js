let lastId = 0

/**
 * Says under a field what is wrong with it; the first word on it stands.
 *
 * @param {HTMLElement} field in a `.field` with an `.issue`
 * @param {string} message
 */
export function showIssue(field, message) {
  const line = field.closest('.field')?.querySelector('.issue')
  if (field.ariaInvalid || !line) return
  line.id ||= `issue-${++lastId}`
  field.ariaInvalid = 'true'
  field.setAttribute('aria-describedby', line.id)
  line.textContent = message
  const folded = field.closest('details')
  if (folded) folded.open = true
}

/** @param {HTMLElement} form */
export function clearIssues(form) {
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid')
    field.removeAttribute('aria-describedby')
  }
  for (const line of form.querySelectorAll('.issue')) line.textContent = ''
}

/** @param {HTMLElement} form */
export function focusFirstIssue(form) {
  const first = /** @type {HTMLElement | null} */ (form.querySelector('[aria-invalid]'))
  first?.focus()
}
