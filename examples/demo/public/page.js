import { listenForQuestions } from './ask.js'
import { offerTag } from './tag.js'
import { countTurnout } from './turnout.js'

countTurnout()
const showTag = offerTag()
const polls = document.getElementById('polls')

showTag(polls?.querySelector('live-poll') ?? null, 'This is all it takes to show the first poll.')

listenForQuestions(({ id, choices }) => {
  const tag = document.createElement('live-poll')
  tag.setAttribute('poll', id)
  tag.setAttribute('choices', `${choices.length}`)
  polls?.prepend(tag)
  requestAnimationFrame(() => tag.scrollIntoView({ block: 'nearest' })) // by then it has its height
  showTag(tag, 'This is all it takes to show your poll.')
})
