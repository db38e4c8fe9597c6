import { listPolls } from './api.js'
import { listenForQuestions } from './ask.js'
import { addMenu } from './organize.js'
import { offerTag } from './tag.js'
import { countTurnout } from './turnout.js'

/** @typedef {import('./api.js').Poll} Poll */

const countAgain = countTurnout()
const showTag = offerTag()
const polls = /** @type {HTMLElement} */ (document.getElementById('polls'))
const title = /** @type {HTMLElement} */ (document.getElementById('title'))
const deleted = /** @type {HTMLElement} */ (document.getElementById('deleted'))

showTag(polls.querySelector('live-poll'), 'This is all it takes to show the first poll.')

listenForQuestions((poll) => {
  const tag = document.createElement('live-poll')
  tag.setAttribute('poll', poll.id)
  tag.setAttribute('choices', `${poll.choices.length}`)
  organize(tag, poll)
  polls.prepend(tag)
  requestAnimationFrame(() => tag.scrollIntoView({ block: 'nearest' })) // by then it has its height
  showTag(tag, 'This is all it takes to show your poll.')
})

if (document.getElementById('menu')) {
  const tags = [...polls.querySelectorAll('live-poll')]
  for (const poll of await listPolls(tags.length || 1)) {
    const tag = tags.find((one) => one.getAttribute('poll') === poll.id)
    if (tag) organize(tag, poll)
  }
}

/**
 * @param {Element} tag
 * @param {Poll} poll
 */
function organize(tag, poll) {
  addMenu(tag, poll, () => {
    const next = /** @type {HTMLElement} */ ((tag.nextElementSibling ?? polls).querySelector('summary') ?? title)
    tag.remove()
    countAgain()
    deleted.textContent = `Deleted: ${poll.question}`
    next.focus()
  })
}
