import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { castVotes } from '../src/load/cast-votes.ts'
import { describeOnLinux } from './on-linux.ts'

interface Vote {
  readonly voteId: string
  readonly voter: string
}

let server: WebSocketServer | undefined
afterEach(() => {
  for (const socket of server?.clients ?? []) socket.terminate()
  server?.close()
})

/** Casts votes on a server that answers in some way. @returns what was reported, and every vote that came */
async function castOn(
  answer: (socket: WebSocket, vote: Vote, count: number) => void,
  pace: { depth: number } | { perSecond: number },
) {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const votes: Vote[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const vote = JSON.parse(String(data)) as Vote
      votes.push(vote)
      answer(socket, vote, votes.length)
    })
  })
  const { port } = server.address() as AddressInfo
  const report = await castVotes({
    ...{ protocol: 'bare', port, credential: null, connections: 3, polls: ['p_1'], pace, warmUp: 0, seconds: 0.2 },
    parts: { server: 0, postgres: 0, redis: 0 },
  })
  return { report, votes }
}

function accept(socket: WebSocket, { voteId }: Vote) {
  socket.send(JSON.stringify({ type: 'voted', voteId }))
}

describeOnLinux('votes cast by the load generator', () => {
  it.each([{ depth: 5 }, { perSecond: 500 }])('casts each vote once and reports every answer, at %o', async (pace) => {
    const { report, votes } = await castOn(accept, pace)
    expect(report.total).toEqual({ sent: votes.length, accepted: votes.length, refused: 0, unknown: 0 })
    expect(votes.length).toBeGreaterThan(0)
    expect(new Set(votes.map(({ voteId }) => voteId)).size).toBe(votes.length)
    expect(new Set(votes.map(({ voter }) => voter)).size).toBe(votes.length)
  })

  it('has so many votes unanswered, never more', async () => {
    const waiting = new Map<WebSocket, Vote[]>()
    let most = 0
    await castOn(
      (socket, vote) => {
        const own = waiting.get(socket) ?? []
        waiting.set(socket, own)
        own.push(vote)
        most = Math.max(most, own.length)
        // In pairs and out of order: the slots of frames are used again all the same.
        if (own.length === 4) for (const answered of own.splice(1, 2).reverse()) accept(socket, answered)
        if (own.length > 2) return
        setImmediate(() => {
          for (const left of own.splice(0)) accept(socket, left)
        })
      },
      { depth: 4 },
    )
    expect(most).toBe(4)
  })

  it('tells refusals and unknown outcomes from votes that count', async () => {
    const codes = ['BUSY', 'UNAVAILABLE']
    const { report, votes } = await castOn(
      (socket, vote, count) => {
        const code = codes[count % 4]
        if (code) socket.send(JSON.stringify({ type: 'rejected', voteId: vote.voteId, code }))
        else accept(socket, vote)
      },
      { depth: 1 },
    )
    const { accepted, refused, unknown } = report.total
    expect(accepted + refused + unknown).toBe(votes.length)
    expect([accepted / refused, accepted / unknown].map(Math.round)).toEqual([2, 2])
    expect(report.refusal).toContain('UNAVAILABLE')
  })

  it('fails where a vote is answered twice', async () => {
    const twice = (socket: WebSocket, vote: Vote) => {
      accept(socket, vote)
      accept(socket, vote)
    }
    await expect(castOn(twice, { depth: 1 })).rejects.toThrow('answered twice')
  })

  it('fails where a connection is lost', async () => {
    await expect(castOn((socket) => socket.close(1013), { depth: 1 })).rejects.toThrow('close 1013')
  })
})
