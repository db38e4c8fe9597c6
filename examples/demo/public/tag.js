/**
 * Shows what to paste into a page to have a poll on it, with a button that copies it.
 *
 * @returns {(poll: Element | null, note: string) => void} shows the tag of another poll
 */
export function offerTag() {
  const code = /** @type {HTMLElement} */ (document.getElementById('tag'))
  const note = /** @type {HTMLElement} */ (document.getElementById('tag-note'))
  const copied = /** @type {HTMLElement} */ (document.getElementById('copied'))

  document.getElementById('copy')?.addEventListener('click', async () => {
    copied.textContent = (await copy(code)) ? 'Copied' : 'Selected: copy it with your keyboard'
  })

  return (poll, words) => {
    note.textContent = words
    copied.textContent = ''
    code.textContent = [
      `<script type="module" src="${location.origin}/live-poll/widget.js"></script>`,
      `<live-poll poll="${poll?.getAttribute('poll') ?? ''}"></live-poll>`,
    ].join('\n')
  }
}

/**
 * Pages on plain http, as on a local network, have no `navigator.clipboard`: there the text is selected and copied the
 * old way.
 *
 * @param {HTMLElement} code
 */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    return true
  } catch {
    getSelection()?.selectAllChildren(code)
    return document.execCommand('copy')
  }
}
