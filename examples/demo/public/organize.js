import { closePoll, deletePoll, editPoll, openPoll, readPoll, resetPoll } from './api.js'
import { confirmIn } from './confirm.js'
import { editIn } from './edit.js'

/** @typedef {import('./api.js').Poll} Poll */
/** @typedef {import('./api.js').PollAnswer} PollAnswer */

/** Between two looks at a poll whose menu is open. Milliseconds. */
const lookEvery = 2000

/**
 * Puts the organizer's menu under a poll. The page of anyone else has no template of it: there this does nothing.
 *
 * @param {Element} tag
 * @param {Poll} first the poll as it is
 * @param {() => void} onDelete
 */
export function addMenu(tag, first, onDelete) {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById('menu'))
  const menu = /** @type {HTMLDetailsElement | undefined} */ (template?.content.firstElementChild?.cloneNode(true))
  if (!menu) return
  const summary = /** @type {HTMLElement} */ (menu.querySelector('summary'))
  const acts = /** @type {HTMLElement} */ (menu.querySelector('.acts'))
  const question = /** @type {HTMLElement} */ (menu.querySelector('.confirm'))
  const editor = /** @type {HTMLFormElement} */ (menu.querySelector('form'))
  const tally = /** @type {HTMLElement} */ (menu.querySelector('.tally'))
  const trouble = /** @type {HTMLElement} */ (menu.querySelector(':scope > [role="alert"]'))
  const said = /** @type {HTMLElement} */ (menu.querySelector('[role="status"]'))
  const screen = /** @type {HTMLAnchorElement} */ (menu.querySelector('.screen'))
  const button = (/** @type {string} */ name) =>
    /** @type {HTMLButtonElement} */ (acts.querySelector(`[name="${name}"]`))
  let poll = first
  let isBusy = false

  screen.href = `/results/${poll.id}`
  button('open').onclick = () => run(openPoll(poll.id), 'Open.')
  button('close').onclick = () => run(closePoll(poll.id), 'Closed.')
  button('show').onclick = () => run(editPoll(poll.id, { showResults: 'always' }), 'Everyone sees the results.')
  button('hide').onclick = () =>
    run(editPoll(poll.id, { showResults: 'organizers' }), 'Only organizers see the results.')
  button('edit').onclick = async () => {
    await look()
    quieten()
    acts.hidden = true
    const saved = await editIn(editor, poll)
    acts.hidden = false
    button('edit').focus()
    if (saved) show(saved, 'Saved.')
  }
  button('reset').onclick = async () => {
    const seen = poll
    if (await isAgreed('reset', 'All votes go, and voting starts over.', 'Start anew'))
      run(resetPoll(seen), 'Started anew.')
  }
  button('delete').onclick = async () => {
    if (!(await isAgreed('delete', 'The poll and its votes go for good.', 'Delete'))) return
    isBusy = true
    const { issues } = await deletePoll(poll.id)
    isBusy = false
    if (issues.length > 0) complain(issues)
    else onDelete()
  }

  menu.addEventListener('toggle', look)
  const looks = setInterval(() => {
    if (!tag.isConnected) clearInterval(looks)
    else if (!document.hidden) look()
  }, lookEvery)
  show(poll)
  tag.append(menu)

  /** A poll may open and close by itself, and hidden results are to be seen here alone. */
  async function look() {
    if (!menu?.open || isBusy || acts.hidden) return
    const { poll: read } = await readPoll(poll.id)
    if (read && !isBusy) show(read)
  }

  /**
   * @param {Promise<PollAnswer>} answer
   * @param {string} words when it is done
   */
  async function run(answer, words) {
    isBusy = true
    quieten()
    const { poll: changed, issues } = await answer
    isBusy = false
    if (changed) show(changed, words)
    else complain(issues)
  }

  function quieten() {
    said.textContent = ''
    trouble.textContent = ''
  }

  /** @param {PollAnswer['issues']} issues */
  function complain(issues) {
    trouble.textContent = issues.map(({ message }) => message).join(' ')
  }

  /**
   * @param {string} name of the button that asks for it
   * @param {string} words
   * @param {string} verb
   */
  async function isAgreed(name, words, verb) {
    quieten()
    acts.hidden = true
    const isYes = await confirmIn(question, words, verb)
    acts.hidden = false
    button(name).focus()
    return isYes
  }

  /**
   * @param {Poll} newest
   * @param {string} [words] what was done
   */
  function show(newest, words) {
    poll = newest
    summary.ariaLabel = `Organize: ${poll.question}`
    const isPublic = poll.showResults === 'always'
    const buttons = {
      open: poll.state === 'scheduled',
      close: poll.state !== 'closed',
      show: !isPublic,
      hide: isPublic,
    }
    for (const [name, isOffered] of Object.entries(buttons)) {
      const isFocused = document.activeElement === button(name)
      button(name).hidden = !isOffered
      if (isFocused && !isOffered) summary.focus() // lest it fall to the start of the page
    }
    tally.textContent = isPublic ? '' : tallyOf(poll)
    if (words) said.textContent = words
  }
}

/** What only organizers see. @param {Poll} poll */
function tallyOf({ choices, results }) {
  if (!results) return ''
  const votes = choices.map(({ label }, index) => `${label}: ${results.votes[index]}`)
  return [`${results.voters} ${results.voters === 1 ? 'voter' : 'voters'}`, ...votes].join(' · ')
}
