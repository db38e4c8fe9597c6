import { io } from '/socket.io/socket.io.esm.min.js' // Socket.IO's server has it

const find = (id) => document.getElementById(id)
const { id: pollId } = await (await fetch('/poll')).json()

// The app's own events.
io().on('online', (count) => find('online').replaceChildren(`${count}`))

// Polls: each message is one event `message`.
const socket = io('/live-poll')
let poll
let vote = null

socket.on('connect', () => socket.emit('message', { type: 'watch', pollId }))
socket.on('message', (message) => {
  if (message.type === 'poll') {
    poll = message.poll
    vote = message.vote
    showPoll()
    if (poll.results) showResults(poll.results)
  }
  if (message.type === 'results') showResults(message)
})

function showPoll() {
  find('question').replaceChildren(poll.question)
  find('choices').replaceChildren(
    ...poll.choices.map(({ id, label }) => {
      const row = document.createElement('li')
      const button = document.createElement('button')
      button.append(label)
      button.addEventListener('click', () => castVote(id))
      row.append(button, document.createElement('output'))
      return row
    }),
  )
}

function showResults({ votes }) {
  const figures = document.querySelectorAll('output')
  for (const [index, count] of votes.entries()) figures[index]?.replaceChildren(`${count}`)
}

async function castVote(choice) {
  const answer = await socket.emitWithAck('message', {
    type: 'vote',
    voteId: crypto.randomUUID(),
    pollId,
    choices: [choice],
    revision: vote?.revision ?? 0,
    epoch: poll.epoch,
  })
  if (answer.type === 'voted') vote = { revision: answer.revision }
  find('note').replaceChildren(answer.type === 'voted' ? 'Your vote is counted.' : `Refused: ${answer.code}.`)
}
