import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createFakeNetwork } from '../../test/fake-server.ts'
import { createPollClient } from '../create-poll-client.ts'
import { decodeClientMessage } from '../protocol/decode-client-message.ts'
import type { ServerMessage, VoteMessage } from '../protocol/messages.ts'
import { PollError } from '../protocol/poll-error.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface StandIn {
  /** What happens to a vote: its answer, or null for a line that is cut before it is sent. */
  onVote(vote: VoteMessage): ServerMessage | null
  /** A close code instead of a welcome. */
  refuse: number | null
  readonly tickets: string[]
  readonly server: string
}

/** A real WebSocket server with just enough behind it to vote on. */
async function startServer(): Promise<StandIn> {
  const channel = new WebSocketServer({
    port: 0,
    handleProtocols: (offered) => (offered.has('live-poll.v1') ? 'live-poll.v1' : false),
  })
  await new Promise((resolve) => channel.once('listening', resolve))
  const { port } = channel.address() as AddressInfo
  const standIn: StandIn = { onVote: voted, refuse: null, tickets: [], server: `http://localhost:${port}/live-poll` }
  channel.on('connection', (socket) => {
    const say = (message: ServerMessage) => socket.send(JSON.stringify(message))
    socket.on('message', (text) => {
      const decoded = decodeClientMessage(`${text}`)
      if (!decoded.ok) throw new Error('The relay sent what is not in the protocol.')
      const message = decoded.value
      if (message.type === 'hello') {
        standIn.tickets.push(message.ticket ?? '')
        if (standIn.refuse === null) say({ type: 'welcome', voterId: null })
        else socket.close(standIn.refuse)
      } else if (message.type === 'vote') {
        const answer = standIn.onVote(message)
        if (answer) say(answer)
        else socket.terminate()
      }
    })
  })
  closers.push(() => {
    for (const socket of channel.clients) socket.terminate()
    channel.close()
  })
  return standIn
}

function voted({ voteId, pollId, voter }: VoteMessage): ServerMessage {
  return { type: 'voted', voteId, pollId, voter, revision: 1, epoch: 1 }
}

/** The API is not asked in these tests: the channel is where the stand-in is. */
const fetch = async () => new Response('', { status: 404 })

function createRelay(standIn: StandIn, getTicket = async () => 'lpt_1') {
  const relay = createPollClient({ server: standIn.server, WebSocket, fetch }).relay(getTicket)
  closers.push(() => relay.close())
  return relay
}

describe('a relay', () => {
  it('takes no second vote under the id of one that is unanswered', async () => {
    const { server } = await startServer()
    const relay = createPollClient({ server, WebSocket }).relay(async () => 'lpt_1')
    const vote = { pollId: 'lunch', voter: 'ann', choices: [1], voteId: 'mine' }
    const first = relay.vote(vote)
    await expect(relay.vote({ ...vote, voter: 'bob' })).rejects.toMatchObject({ code: 'VOTE_ID_REUSED' })
    await first
    expect(await relay.vote(vote)).toMatchObject({ revision: 1 })
    relay.close()
  })

  it('casts each vote as it was given: without a revision when it has none', async () => {
    const standIn = await startServer()
    const seen: VoteMessage[] = []
    standIn.onVote = (vote) => {
      seen.push(vote)
      return voted(vote)
    }
    const relay = createRelay(standIn)
    const receipt = await relay.vote({ pollId: 'p', voter: 'ann', choices: [2], voteId: 'v1' })
    expect(receipt).toEqual({ voteId: 'v1', revision: 1, epoch: 1 })
    await relay.vote({ pollId: 'p', voter: 'ann', choices: null, voteId: 'v2', revision: 1, epoch: 1 })
    expect(seen).toEqual([
      { type: 'vote', voteId: 'v1', pollId: 'p', voter: 'ann', choices: [2] },
      { type: 'vote', voteId: 'v2', pollId: 'p', voter: 'ann', choices: null, revision: 1, epoch: 1 },
    ])
  })

  it('gets every vote answered, and counted once, over a line that is cut again and again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0) // come back at once
    const standIn = await startServer()
    const counted = new Map<string, string>()
    let arrivals = 0
    standIn.onVote = (vote) => {
      arrivals++
      if (arrivals % 301 === 0) return null // lost on the way
      const isDuplicate = counted.get(vote.voter ?? '') === vote.voteId
      counted.set(vote.voter ?? '', vote.voteId)
      if (arrivals % 307 === 0) return null // committed, and the answer lost
      return { ...voted(vote), ...(isDuplicate && { duplicate: true }) } as ServerMessage
    }
    let tickets = 0
    const relay = createRelay(standIn, async () => `lpt_${++tickets}`)
    const voters = Array.from({ length: 1000 }, (_, index) => `voter-${index}`)
    const receipts = voters.map((voter) => relay.vote({ pollId: 'p', voter, choices: [1] }))
    expect(relay.unanswered).toBe(1000)
    const ids = (await Promise.all(receipts)).map(({ voteId }) => voteId)
    expect(relay.unanswered).toBe(0)
    expect([...counted.keys()].sort()).toEqual([...voters].sort())
    expect([...counted.values()].sort()).toEqual([...ids].sort())
    expect(standIn.tickets.length).toBeGreaterThan(3)
    expect(standIn.tickets).toEqual(standIn.tickets.map((_, index) => `lpt_${index + 1}`))
    vi.restoreAllMocks()
  })

  it('rejects on close what is unanswered, and names each vote whose outcome is unknown', async () => {
    const standIn = await startServer()
    let arrived: (() => void) | undefined
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    standIn.onVote = () => {
      arrived?.()
      return { type: 'pong' }
    }
    const relay = createRelay(standIn)
    const receipt = relay.vote({ pollId: 'p', voter: 'ann', choices: [1], voteId: 'v1' })
    await arrival
    relay.close()
    await expect(receipt).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { voteId: 'v1' } })
    await expect(receipt).rejects.toThrow('The relay was closed. Vote v1 may count.')
    expect(relay.unanswered).toBe(0)
    await expect(relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })).rejects.toThrow('closed')
  })

  it('knows which votes never left', async () => {
    const { WebSocket: FakeWebSocket, sockets, last } = createFakeNetwork()
    const client = createPollClient({ server: 'http://my.app/live-poll', WebSocket: FakeWebSocket, fetch })
    const relay = client.relay(async () => 'lpt_1')
    const sent = relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })
    await vi.waitUntil(() => sockets.length === 1)
    last().welcome()
    last().end(1006)
    const kept = relay.vote({ pollId: 'p', voter: 'bob', choices: [1] })
    relay.close()
    await expect(sent).rejects.toThrow('may count')
    await expect(kept).rejects.toSatisfy((error) => !String(error).includes('may count'))
  })

  it('asks for one fresh ticket when the first is refused, then gives up with the reason', async () => {
    const standIn = await startServer()
    standIn.refuse = 4401
    const relay = createRelay(standIn)
    const receipt = relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })
    await expect(receipt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(receipt).rejects.toSatisfy((error) => !String(error).includes('may count'))
    expect(standIn.tickets).toHaveLength(2)
    standIn.refuse = null // a later vote tries anew
    await relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })
  })

  it('gives up when no ticket is to be had', async () => {
    const standIn = await startServer()
    const relay = createRelay(standIn, () => Promise.reject(new PollError('FORBIDDEN', {}, 'Not an organizer.')))
    await expect(relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('finds the channel through the poll it votes on', async () => {
    const standIn = await startServer()
    const channelUrl = `${standIn.server.replace('http', 'ws')}/channel`
    const asked: string[] = []
    const client = createPollClient({
      server: 'http://api.invalid/live-poll',
      WebSocket,
      fetch: async (url) => {
        asked.push(`${url}`)
        return Response.json({ id: 'p', channelUrl })
      },
    })
    const relay = client.relay(async () => 'lpt_1')
    closers.push(() => relay.close())
    await relay.vote({ pollId: 'p', voter: 'ann', choices: [1] })
    expect(asked).toEqual(['http://api.invalid/live-poll/polls/p'])
  })
})
