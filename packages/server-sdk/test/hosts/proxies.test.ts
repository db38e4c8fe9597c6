import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { openEventStream } from '../event-stream.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type ProxiedPorts, testProxies } from '../servers/proxies.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll } from './channel-visitor.ts'

let running: RunningLivePoll
let ports: ProxiedPorts
beforeAll(async () => {
  running = await startLivePoll({ trustedProxies: 1, newDevices: { perMinute: 1, burst: 1 } })
  ports = { app: new URL(running.origin).port, channel: new URL(running.channelUrls['uWebSockets.js']).port }
})
afterAll(() => running.stop())

for (const [name, proxy] of Object.entries(testProxies)) {
  proxy.describe(`Behind ${name}`, () => {
    let origin: string
    let channelUrl: string
    let call: HttpClient
    let stop: () => Promise<void>
    beforeAll(async () => {
      const started = await proxy.start(ports)
      origin = started.origin
      stop = started.stop
      channelUrl = `${origin.replace('http', 'ws')}/live-poll/channel`
      call = createHttpClient(origin)
    })
    afterAll(() => stop())

    it('the routes answer, to pages of that host name too', async () => {
      const { id } = await createPoll(running)
      expect(await call('GET', `/polls/${id}`, { headers: { origin } })).toMatchObject({ status: 200, body: { id } })
      expectError(
        await call('GET', `/polls/${id}`, { headers: { origin: 'https://elsewhere.example' } }),
        'ORIGIN_NOT_ALLOWED',
      )
    })

    it('a vote goes over the channel', async () => {
      const { id } = await createPoll(running)
      const [voter] = await running.livePoll.api.nameVoters([`ada behind ${name}`])
      const socket = await openRawSocket(channelUrl, { origin })
      socket.send({ type: 'hello', ticket: voter?.ticket })
      await socket.take('welcome')
      socket.send({ type: 'watch', pollId: id })
      await socket.take('poll')
      socket.send({ type: 'vote', voteId: 'v', pollId: id, choices: [1], revision: 0, epoch: 1 })
      expect(await socket.take('voted')).toMatchObject({ voteId: 'v', revision: 1 })
      await socket.take('results', ({ voters }) => voters === 1)
      await socket.close()
    })

    it('a page of another origin gets no channel', async () => {
      await expect(openRawSocket(channelUrl, { origin: 'https://elsewhere.example' })).rejects.toThrow('403')
    })

    it('Server-Sent Events arrive as they are sent, and end with their reader', async () => {
      const { id } = await createPoll(running)
      const stream = await openEventStream(origin, id)
      expect(await stream.take('poll')).toMatchObject({ watching: 1 })
      await running.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
      await stream.take('results', ({ voters }) => voters === 1)
      await stream.close()
      await vi.waitFor(async () => {
        const other = await openEventStream(running.origin, id)
        const { watching } = await other.take('poll')
        await other.close()
        expect(watching).toBe(1)
      })
    })

    it('the sender is who the proxy sees, not who they say they are', async () => {
      const base = Object.keys(testProxies).indexOf(name) * 10
      expect(await admit(origin, `127.1.${base}.1`), 'its first device').toBe(200)
      expect(await admit(origin, `127.1.${base}.2`), 'of the same network').toBe(429)
      expect(await admit(origin, `127.1.${base}.3`, '203.0.113.9'), 'with a forged address').toBe(429)
      expect(await admit(origin, `127.1.${base + 1}.1`), 'of another').toBe(200)
    })

    it('an upload of 5 MB passes, and one of 50 MB does not', async () => {
      const upload = (bytes: number) =>
        call('POST', '/images', { token: adminKey, body: Buffer.alloc(bytes, 'x'), type: 'image/png' })
      const whole = await upload(5_000_000)
      expectError(whole, 'UNSUPPORTED_TYPE')
      expect(whole.body.error.message, 'all of it was looked at').not.toContain('image/*')
      const refused = await upload(50_000_000).then(
        ({ status }) => status,
        ({ code }) => code,
      )
      // Caddy says 502 where it sees the line to the app closed before it has read the app's answer.
      expect([413, ...(name === 'Caddy' ? [502] : []), 'EPIPE', 'ECONNRESET']).toContain(refused)
    })

    it('the log has been told of nothing', () => {
      expect(running.logger.errors).toEqual([])
    })
  })
}

/** Becomes a device. @param address of this machine to come from */
async function admit(origin: string, address: string, forged?: string): Promise<number | undefined> {
  const headers = forged === undefined ? {} : { 'x-forwarded-for': forged }
  const call = request(`${origin}/live-poll/voters`, { method: 'POST', agent: false, localAddress: address, headers })
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject).end()
  })
  answer.resume()
  return answer.statusCode
}
