/** The ceiling: a vote is parsed and answered, and nothing else is done. */
import { answerCalls } from '../process/calls.ts'
import { commonCalls, type VoteServer } from './common.ts'
import { listenOnUws, loadUws } from './load-uws.ts'

interface Vote {
  readonly voteId: string
  readonly pollId: string
  readonly choices: readonly number[]
}

const uws = loadUws()
const app = uws.App()
let votes = 0

app.ws('/', {
  maxPayloadLength: 16 * 1024,
  maxBackpressure: 0,
  idleTimeout: 60,
  sendPingsAutomatically: true,
  upgrade(response, request, context) {
    const header = (name: string) => request.getHeader(name)
    const data = { origin: null }
    response.upgrade(data, header('sec-websocket-key'), header('sec-websocket-protocol'), '', context)
  },
  open() {},
  message(socket, message) {
    const vote = JSON.parse(Buffer.from(message).toString()) as Vote
    votes += vote.choices.length
    socket.send(`{"type":"voted","voteId":"${vote.voteId}","pollId":"${vote.pollId}"}`)
  },
  drain() {},
  close() {},
})
const port = await listenOnUws(uws, app)

const calls: VoteServer = {
  ...commonCalls(),
  port: () => port,
  createPolls: async (count) => Array.from({ length: count }, (_, index) => `p_${String(index).padStart(16, '0')}`),
  credential: async () => null,
  countVotes: async () => votes,
}
answerCalls(calls)
