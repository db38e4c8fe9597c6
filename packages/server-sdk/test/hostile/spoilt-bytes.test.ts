import { once } from 'node:events'
import { connect } from 'node:net'
import type { NamedVoter, Poll, Results } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { httpHosts } from '../hosts/http-hosts.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { webSocketServers } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { invalidUtf8, mutate, pick, seededRandom } from './mutate.ts'

const seed = Number(process.env.LIVE_POLL_SEED ?? Date.now() % 2 ** 32)

let running: RunningLivePoll
let call: HttpClient
let poll: Poll
let voter: NamedVoter

beforeAll(async () => {
  console.log(`LIVE_POLL_SEED=${seed}`)
  running = await startLivePoll()
  call = createHttpClient(running.origin)
  poll = await running.livePoll.api.createPoll({ question: 'Still standing?', choices: ['Yes', 'No'] })
  const named = { token: adminKey, body: { voters: ['ada'] } }
  voter = (await call<{ voters: [NamedVoter] }>('POST', '/voters', named)).body.voters[0]
})
afterAll(() => running.stop())

/** Writes bytes to a port and hangs up, politely or not. */
async function write(url: string, parts: readonly (string | Uint8Array)[], hangUp: 'end' | 'reset'): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {}).resume()
  await once(socket, 'connect')
  for (const part of parts) socket.write(part)
  if (hangUp === 'reset') socket.resetAndDestroy()
  else socket.end()
  if (!socket.closed) await once(socket, 'close')
}

async function expectGoodVote() {
  expect(running.logger.errors).toEqual([])
  const before = (await call<Results>('GET', `/polls/${poll.id}/results`)).body
  const guest = `guest-${before.version}`
  await running.livePoll.api.castVote({ pollId: poll.id, voter: guest, choices: [1] })
  const after = (await call<Results>('GET', `/polls/${poll.id}/results`)).body
  expect(after).toMatchObject({ voters: before.voters + 1 })
}

test.each(['node', 'hono', 'uWebSockets.js'])('HTTP requests on %s, spoilt in any byte', async (name) => {
  const host = await httpHosts[name]?.listen(running.livePoll)
  if (!host) throw new Error(`The table of hosts has no ${name}.`)
  const random = seededRandom(seed)
  const head = (line: string, ...headers: string[]) => [`${line} HTTP/1.1`, 'host: x', ...headers, '\r\n'].join('\r\n')
  const bearer = `authorization: Bearer ${voter.token}`
  const vote = '{"voteId":"v","choices":[1]}'
  const json = ['content-type: application/json', bearer]
  const good = [
    head(`GET /live-poll/polls/${poll.id}?a=%ff&b`, 'if-none-match: "a", W/"b"', 'origin: http://x'),
    head(`PUT /live-poll/polls/${poll.id}/vote`, ...json, `content-length: ${vote.length}`) + vote,
    `${head(`PUT /live-poll/polls/${poll.id}/vote`, ...json, 'transfer-encoding: chunked')}5\r\n{"vot\r\n0\r\n\r\n`,
    `${head('POST /live-poll/voters', 'cookie: a=b', 'live-poll-client: 1', 'content-length: 2')}{}`,
    head(`DELETE /live-poll/polls/${poll.id}/vote?voteId=v&revision=0`, bearer),
    head('OPTIONS /live-poll/voters', 'origin: null', 'access-control-request-method: POST'),
  ]
  for (let n = 0; n < 600; n++) {
    const spoilt = random() < 0.1 ? invalidUtf8(pick(good, random), random) : mutate(pick(good, random), random)
    await write(host.origin, [spoilt], n % 2 ? 'end' : 'reset')
  }
  await expectGoodVote()
  await host.close()
})

test.each(['node', 'hono', 'uWebSockets.js'])(
  'bodies on %s that break off, and clients who do not wait for the answer',
  async (name) => {
    const host = await httpHosts[name]?.listen(running.livePoll)
    if (!host) throw new Error(`The table of hosts has no ${name}.`)
    const head = `POST /live-poll/voters HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`
    for (const hangUp of ['end', 'reset'] as const) {
      await write(host.origin, [head], hangUp)
      await write(host.origin, [`${head}content-length: 100\r\n\r\n{"voters":`], hangUp)
      await write(host.origin, [`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"vot`], hangUp)
      await write(host.origin, [`${head}content-length: 2\r\n\r\n{}`], hangUp)
      await write(host.origin, [`${head}content-length: 99999999\r\n\r\n`, 'x'.repeat(2_000_000)], hangUp)
    }
    await expectGoodVote()
    await host.close()
  },
)

test.each(webSocketServers)('WebSocket frames on %s, spoilt in any byte', async (name) => {
  const random = seededRandom(seed)
  const handshake = [
    'GET /live-poll/channel HTTP/1.1',
    'host: x',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n')
  const hello = `{"type":"hello","ticket":"${voter.ticket}"}`
  const frames = [hello, `{"type":"watch","pollId":"${poll.id}"}`, '{"type":"ping"}'].map(textFrame)
  for (let n = 0; n < 300; n++) {
    const spoilt = spoil(spoil(Buffer.concat(frames), random), random)
    await write(running.channelUrls[name], [handshake, spoilt], n % 2 ? 'end' : 'reset')
  }
  const socket = await openRawSocket(running.channelUrls[name])
  socket.send({ type: 'hello' })
  await socket.take('welcome')
  await socket.close()
  await expectGoodVote()
})

/** Masked with zeros, so that the payload stands as it is (RFC 6455, section 5.2). */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff]
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload])
}

/** One bit turned, or some bytes left out or sent twice. */
function spoil(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length)
  const to = at + Math.floor(random() * (bytes.length - at))
  if (random() < 0.3) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])
  if (random() < 0.3) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
  const turned = Buffer.from(bytes)
  turned[at] = (turned[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return turned
}
