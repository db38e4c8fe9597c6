import { type ClientMessage, errors, limits } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import type { ChannelServerName } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, relayTicket, visit, visitAsRelay, visitAsVoter } from './channel-visitor.ts'

/** A frame that is refused, whether it is a vote that can still be answered by its id, and where the fault is. */
type Malformed = readonly [frame: string | object, answer: 'error' | 'rejected']

const vote = { type: 'vote', voteId: 'v', pollId: 'p', choices: [1] }
const hugeNumber = '{"type":"watch","pollId":"p","epoch":1e400}'

/** For every type of message: what is no such message. A type that is not here does not compile. */
const malformed: Readonly<Record<ClientMessage['type'], Readonly<Record<string, Malformed>>>> = {
  hello: {
    'a ticket that is a number': [{ type: 'hello', ticket: 1 }, 'error'],
    'an empty ticket': [{ type: 'hello', ticket: '' }, 'error'],
    'a ticket that is null': [{ type: 'hello', ticket: null }, 'error'],
    'a token that is too long': [{ type: 'hello', token: 'x'.repeat(limits.credentialLength + 1) }, 'error'],
  },
  watch: {
    'no poll': [{ type: 'watch' }, 'error'],
    'a poll id with a slash': [{ type: 'watch', pollId: 'a/b' }, 'error'],
    'a poll id that is too long': [{ type: 'watch', pollId: 'p'.repeat(65) }, 'error'],
    'a negative epoch': [{ type: 'watch', pollId: 'p', epoch: -1 }, 'error'],
    'an infinite epoch': [hugeNumber, 'error'],
    'a version that is a text': [{ type: 'watch', pollId: 'p', version: '1' }, 'error'],
  },
  unwatch: {
    'no poll': [{ type: 'unwatch' }, 'error'],
    'a poll that is a number': [{ type: 'unwatch', pollId: 7 }, 'error'],
  },
  vote: {
    'no vote id': [{ ...vote, voteId: undefined }, 'error'],
    'a vote id with a space': [{ ...vote, voteId: 'v 1' }, 'error'],
    'a vote id that is too long': [{ ...vote, voteId: 'v'.repeat(65) }, 'error'],
    'no poll': [{ ...vote, pollId: undefined }, 'error'],
    'no choices': [{ ...vote, choices: undefined }, 'rejected'],
    'a choice that is no array': [{ ...vote, choices: 1 }, 'rejected'],
    'a choice twice': [{ ...vote, choices: [1, 1] }, 'rejected'],
    'a choice of a half': [{ ...vote, choices: [0.5] }, 'rejected'],
    'a negative revision': [{ ...vote, revision: -1 }, 'rejected'],
    'an epoch that is a text': [{ ...vote, epoch: '1' }, 'rejected'],
    'a voter with a NUL': [{ ...vote, voter: 'a\0b' }, 'rejected'],
    'a voter without a name': [{ ...vote, voter: '' }, 'rejected'],
  },
  ping: {
    'its type in capitals': [{ type: 'PING' }, 'error'],
    'an array of it': [[{ type: 'ping' }], 'error'],
  },
}

/** How a channel is opened, and what each message is answered, over one WebSocket server. */
export function describeChannelMessages(server: ChannelServerName, running: () => RunningLivePoll): void {
  const open = (...options: Parameters<typeof openRawSocket> extends [string, ...infer Rest] ? Rest : never) =>
    openRawSocket(running().channelUrls[server], ...options)

  describe(`on ${server}`, () => {
    describe('an upgrade', () => {
      it.each(['http://127.0.0.1:1', 'https://127.0.0.1', 'https://www.example.org'])(
        'is for pages of %s, which is this host or named',
        async (origin) => {
          await (await open({ origin })).close()
        },
      )

      it.each(['https://elsewhere.example', 'http://localhost', 'null', 'https://127.0.0.1.example'])(
        'is not for pages of %s',
        async (origin) => {
          await expect(open({ origin })).rejects.toThrow('403')
        },
      )
    })

    describe('hello', () => {
      it('admits a voter by ticket, more than once within its minute, and by token', async () => {
        const { voterId, ticket, token } = await newVoter(running())
        for (const hello of [{ ticket }, { ticket }, { token }]) {
          const socket = await open()
          socket.send({ type: 'hello', ...hello })
          expect(await socket.take('welcome')).toEqual({ type: 'welcome', voterId })
          await socket.close()
        }
      })

      it('admits a relay, without a voter of its own', async () => {
        const socket = await open()
        socket.send({ type: 'hello', ticket: await relayTicket(running()) })
        expect(await socket.take('welcome')).toEqual({ type: 'welcome', voterId: null })
        await socket.close()
      })

      it.each([
        ['a ticket that is none', () => ({ ticket: 'lpt_W10.AAAA' })],
        ['a token that is none', () => ({ token: 'x' })],
        ['a token for a ticket', async () => ({ ticket: (await newVoter(running())).token })],
        ['a ticket for a token', async () => ({ token: (await newVoter(running())).ticket })],
        ['a relay’s ticket for a token', async () => ({ token: await relayTicket(running()) })],
        ['an admin key', () => ({ token: adminKey })],
      ])('closes with 4401 on %s', async (_, credential) => {
        const socket = await open()
        socket.send({ type: 'hello', ...(await credential()) })
        expect((await socket.closed).code).toBe(4401)
        expect(socket.untaken).toEqual([])
      })

      it('turns a visitor into a voter once', async () => {
        const poll = await createPoll(running())
        const { voterId, ticket } = await newVoter(running())
        const socket = await visit(running(), server)
        expect(await cast(socket, poll.id)).toMatchObject({ type: 'rejected', code: 'UNAUTHENTICATED' })
        socket.send({ type: 'hello', ticket })
        expect(await socket.take('welcome')).toEqual({ type: 'welcome', voterId })
        expect(await cast(socket, poll.id)).toMatchObject({ type: 'voted', revision: 1 })

        socket.send({ type: 'hello', ticket: (await newVoter(running())).ticket })
        expect(await socket.take('error')).toMatchObject({ code: 'INVALID' })
        expect(await cast(socket, poll.id), 'and it is who it was').toMatchObject({ type: 'voted', revision: 2 })
        await socket.close()
      })

      it('leaves a relay what it is', async () => {
        const socket = await visitAsRelay(running(), server)
        socket.send({ type: 'hello', ticket: (await newVoter(running())).ticket })
        expect(await socket.take('error')).toMatchObject({ code: 'INVALID' })
        await socket.close()
      })

      it('comes first: before it, only ping is answered', async () => {
        const { id } = await createPoll(running())
        const socket = await open()
        socket.send({ type: 'ping' })
        expect(await socket.take('pong')).toEqual({ type: 'pong' })
        for (const message of [
          { type: 'watch', pollId: id },
          { type: 'unwatch', pollId: id },
        ]) {
          socket.send(message)
          expect(await socket.take('error')).toMatchObject({ code: 'INVALID' })
        }
        expect(await cast(socket, id)).toMatchObject({ type: 'rejected', code: 'INVALID' })
        await socket.close()
      })
    })

    describe('what is no message', () => {
      for (const [type, cases] of Object.entries(malformed)) {
        it.each(Object.entries(cases))(`is answered as such: ${type} with %s`, async (_, [frame, answer]) => {
          const socket = await visitAsVoter(running(), server)
          socket.send(frame)
          expect(await socket.take(answer)).toMatchObject({
            type: answer,
            code: 'INVALID',
            message: expect.stringMatching(/./),
            ...(answer === 'rejected' && { voteId: 'v', pollId: 'p', issues: [{ path: expect.any(String) }] }),
          })
          expect(await socket.settle()).toEqual([])
          await socket.close()
        })
      }

      it.each(['', '{', 'hello', '{"type":"ping"}{"type":"ping"}', '\ufeff'])('%j is BAD_JSON', async (text) => {
        const socket = await visit(running(), server)
        socket.send(text)
        const { BAD_JSON } = errors
        expect(await socket.take('error')).toEqual({ type: 'error', code: 'BAD_JSON', message: BAD_JSON.message })
        await socket.close()
      })

      it.each(['null', '7', '"ping"', '[]', '{}', '{"type":null}', '{"type":"toString"}', '{"type":"welcome"}'])(
        '%s is INVALID',
        async (text) => {
          const socket = await visit(running(), server)
          socket.send(text)
          expect(await socket.take('error')).toEqual({
            type: 'error',
            code: 'INVALID',
            message: expect.stringMatching(/^Send /),
          })
          await socket.close()
        },
      )

      it('closes with 4400 when it comes for the fifth time, whatever came between', async () => {
        const { id } = await createPoll(running())
        const socket = await visitAsVoter(running(), server)
        socket.send('{')
        await socket.take('error')
        socket.send({ type: 'vote', voteId: 'v', pollId: id })
        await socket.take('rejected')
        expect(await cast(socket, id)).toMatchObject({ type: 'voted' })
        socket.send({ type: 'watch' })
        socket.send({ type: 'shout' })
        await socket.take('error')
        await socket.take('error')
        await socket.settle()
        socket.send('}')
        expect((await socket.closed).code).toBe(4400)
      })

      it('closes with 1003 when it is binary', async () => {
        const socket = await visit(running(), server)
        socket.sendBinary(Buffer.from('{"type":"ping"}'))
        expect((await socket.closed).code).toBe(1003)
      })

      it('closes with 1009 when it is larger than 16 KB, by a byte or by far', async () => {
        const padded = (bytes: number) =>
          `{"type":"ping","pad":"${'x'.repeat(bytes - '{"type":"ping","pad":""}'.length)}"}`
        for (const tooMany of [limits.messageBytes + 1, 60 * 1024]) {
          const socket = await visit(running(), server)
          socket.send(padded(limits.messageBytes))
          await socket.take('pong')
          socket.send(padded(tooMany))
          expect((await socket.closed).code).toBe(1009)
        }
      })

      it('ends the connection when it is larger than the server reads at all', async () => {
        const socket = await visit(running(), server)
        socket.send('x'.repeat(1_000_000))
        // Some servers just hang up; the client then sees 1006 (RFC 6455, section 7.1.5).
        expect([1006, 1009]).toContain((await socket.closed).code)
      })

      it('ends the connection when it is no UTF-8', async () => {
        const socket = await visit(running(), server)
        socket.send(Buffer.concat([Buffer.from('{"type":"ping","x":"'), Buffer.from([0xff]), Buffer.from('"}')]))
        expect([1006, 1007]).toContain((await socket.closed).code)
      })
    })

    it('ignores the fields of a message that it does not know', async () => {
      const { id } = await createPoll(running())
      const socket = await visitAsVoter(running(), server)
      socket.send({ type: 'ping', sentAt: 1 })
      await socket.take('pong')
      expect(await cast(socket, id, { kind: 'choose', note: null })).toMatchObject({ type: 'voted' })
      await socket.close()
    })

    it('has told the log of nothing', () => {
      expect(running().logger.errors).toEqual([])
    })
  })
}
