import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEventStream } from '../event-stream.ts'
import { createPoll, relayTicket } from '../hosts/channel-visitor.ts'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const one = 'https://one.example'
const other = 'https://other.example'

let running: RunningLivePoll
let pollId: string
beforeAll(async () => {
  running = await startLivePoll({ origins: [one, other] })
  pollId = (await createPoll(running)).id
})
afterAll(() => running.stop())

/** @param origin of the page that asks; undefined: no browser */
async function admit(origin?: string): Promise<VoterAdmission> {
  const headers: Record<string, string> = origin === undefined ? {} : { origin }
  return (await createHttpClient(running.origin)<VoterAdmission>('POST', '/voters', { headers })).body
}

describe('A ticket that a page got', () => {
  for (const server of channelServers) {
    /** @returns whether it admits */
    const shows = async (hello: { ticket?: string; token?: string }, origin?: string) => {
      const socket = await openRawSocket(running.channelUrls[server], origin === undefined ? {} : { origin })
      socket.send({ type: 'hello', ...hello })
      const outcome = await Promise.race([socket.take('welcome').catch(() => socket.closed), socket.closed])
      await socket.close()
      return 'code' in outcome ? outcome.code : 'admitted'
    }

    it(`admits pages of its origin alone: on ${server}`, async () => {
      const { ticket } = await admit(one)
      expect(await shows({ ticket }, one)).toBe('admitted')
      expect(await shows({ ticket }, other)).toBe(4401)
      expect(await shows({ ticket }, running.origin)).toBe(4401)
      expect(await shows({ ticket }), 'a browser would say its origin').toBe(4401)
      const { ticket: own } = await admit(running.origin)
      expect(await shows({ ticket: own }, running.origin)).toBe('admitted')
      expect(await shows({ ticket: own }, one)).toBe(4401)
    })

    it(`is not needed by who got one without a page, or shows a token: on ${server}`, async () => {
      const free = await admit()
      for (const origin of [one, other, undefined]) {
        expect(await shows({ ticket: free.ticket }, origin)).toBe('admitted')
        expect(await shows({ token: (await admit(one)).token }, origin)).toBe('admitted')
        expect(await shows({ ticket: await relayTicket(running) }, origin)).toBe('admitted')
      }
    })
  }

  it('opens streams for pages of its origin, and for who says none, as pages of the server’s own', async () => {
    const { ticket } = await admit(one)
    for (const [query, credentials] of [
      [`?ticket=${ticket}`, {}],
      ['', { authorization: `Bearer ${ticket}` }],
    ] as const) {
      const open = (origin: object) => openEventStream(running.origin, pollId, query, { ...credentials, ...origin })
      for (const origin of [{ origin: one }, {}]) await (await open(origin)).close()
      for (const origin of [{ origin: other }, { origin: running.origin }]) {
        await expect(open(origin)).rejects.toThrow('401')
      }
    }
  })
})
