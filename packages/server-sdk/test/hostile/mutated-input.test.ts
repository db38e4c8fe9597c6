import { type ErrorBody, errors, isErrorCode, type Poll, type VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { atLength } from '../at-length.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { webSocketServers } from '../listeners.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { invalidUtf8, mutate, pick, seededRandom } from './mutate.ts'

const bodies = atLength('mutated bodies', 1500, 5000)
const framesAServer = atLength('mutated frames', 800, 2500)
const streams = atLength('mutated streams', 150, 500)
const seed = Number(process.env.LIVE_POLL_SEED ?? Date.now() % 2 ** 32)

let running: RunningLivePoll
let call: HttpClient
let poll: Poll
/** Another, so that votes on the first are judged by rules that stay. */
let edited: Poll
let voter: VoterAdmission

beforeAll(async () => {
  console.log(`LIVE_POLL_SEED=${seed}`)
  running = await startLivePoll({ channel: { messagesPerSecond: 100_000, messageBurst: 100_000 } })
  call = createHttpClient(running.origin)
  poll = await running.livePoll.api.createPoll({ question: 'Still standing?', choices: ['Yes', 'No'] })
  edited = await running.livePoll.api.createPoll({ question: 'And this?', choices: ['Yes', 'No'] })
  voter = (await call<VoterAdmission>('POST', '/voters', { body: {} })).body
})
afterAll(() => running.stop())

test(`${bodies} mutated bodies`, async () => {
  const random = seededRandom(seed)
  const requests = [
    { method: 'POST', path: '/polls', token: adminKey, good: newPoll },
    { method: 'PATCH', path: `/polls/${edited.id}`, token: adminKey, good: edit },
    { method: 'POST', path: `/polls/${edited.id}/reset`, token: adminKey, good: '{"epoch":1}' },
    { method: 'POST', path: '/voters', token: adminKey, good: '{"voters":["user-1","user-2"]}' },
    { method: 'POST', path: '/voters', token: adminKey, good: '{"relay":true}' },
    { method: 'POST', path: '/voters', token: undefined, good: '{}' },
    {
      method: 'PUT',
      path: `/polls/${poll.id}/vote`,
      token: voter.token,
      good: '{"voteId":"v-1","choices":[1],"revision":0,"epoch":1}',
    },
  ]
  const statuses = new Map<number, number>()
  for (let n = 0; n < bodies; n++) {
    const { method, path, token, good } = pick(requests, random)
    const body = random() < 0.05 ? invalidUtf8(good, random) : mutate(good, random)
    const answer = await call<unknown>(method, path, { token, body })
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    if (answer.status >= 400) expectDocumented(answer.status, answer.body, body)
  }
  console.log('statuses', Object.fromEntries(statuses))
  expect(statuses.get(400)).toBeGreaterThan(bodies / 2)
  await expectGoodVote('after-bodies')
}, 60_000)

test(`${streams} mutated requests for Server-Sent Events`, async () => {
  const random = seededRandom(seed + 2)
  const statuses = new Map<number, number>()
  for (let n = 0; n < streams; n++) {
    const spoilt = mutate(`${poll.id}?${voter.ticket}`, random)
    const [id = '', ticket = ''] = Buffer.from(spoilt).toString('latin1').split('?')
    const path = `/polls/${encodeURIComponent(id)}/events?ticket=${encodeURIComponent(ticket)}`
    const opening = new AbortController()
    const response = await fetch(`${running.origin}/live-poll${path}`, { signal: opening.signal })
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    if (response.status === 200) opening.abort()
    else expectDocumented(response.status, await response.json(), path)
  }
  console.log('statuses', Object.fromEntries(statuses))
  expect(statuses.get(401)).toBeGreaterThan(0)
  expect(statuses.get(404)).toBeGreaterThan(0)
  await expectGoodVote('after-streams')
})

test.each(webSocketServers)(`${framesAServer} mutated frames over %s`, async (name) => {
  const random = seededRandom(seed + 1)
  const good = [
    `{"type":"vote","voteId":"v-2","pollId":"${poll.id}","choices":[1],"revision":0,"epoch":1}`,
    `{"type":"watch","pollId":"${poll.id}","epoch":1,"version":0}`,
    `{"type":"unwatch","pollId":"${poll.id}"}`,
    `{"type":"hello","ticket":"${voter.ticket}"}`,
    '{"type":"ping"}',
  ]
  const codes = new Map<string, number>()
  let socket: RawSocket | undefined
  for (let n = 0; n < framesAServer; n++) {
    socket ??= await openAdmitted(name)
    const frame = mutate(pick(good, random), random)
    socket.send(frame)
    if (n % 4 < 3) continue
    // The fifth malformed message may have ended the connection: a new one goes on.
    const isOpen = await socket.settle().then(
      () => true,
      () => false,
    )
    for (const message of socket.untaken) {
      if (message.type !== 'error' && message.type !== 'rejected') continue
      expect(isErrorCode(message.code), JSON.stringify(message)).toBe(true)
      expect(message.code, `${frame}`).not.toBe('INTERNAL')
      codes.set(message.code, (codes.get(message.code) ?? 0) + 1)
    }
    if (isOpen) await socket.close()
    else expect([4400, 4401, 1009]).toContain((await socket.closed).code)
    socket = undefined
  }
  console.log('codes', Object.fromEntries(codes))
  expect(codes.get('BAD_JSON')).toBeGreaterThan(0)
  expect(codes.get('INVALID')).toBeGreaterThan(0)
  await expectGoodVote(`after-frames-${name}`)
})

test('nothing of it was a fault of the server', () => {
  expect(running.logger.errors).toEqual([])
})

const newPoll =
  '{"question":"Lunch?","choices":[{"label":"Soup"},"Salad"],"ballot":{"kind":"choose","min":1,"max":1},' +
  '"showResults":"always","canChange":true,"opensAt":null,"closesAt":"2036-12-01T12:00:00Z"}'

const edit =
  '{"question":"Dinner?","choices":[{"id":2,"label":"No"},{"id":1,"label":"Yes"},"Perhaps"],"showResults":"after-vote",' +
  '"ballot":{"min":1,"max":2},"minVoters":3,"canChange":false,"closesAt":"2036-12-01T12:00:00Z","boxes":2}'

function expectDocumented(status: number, body: unknown, sent: string | Uint8Array) {
  const { error } = body as ErrorBody
  const shown = String(sent instanceof Uint8Array ? Buffer.from(sent) : sent).slice(0, 300)
  expect(isErrorCode(error?.code), shown).toBe(true)
  expect(errors[error.code].status, shown).toBe(status)
  expect(error.code, shown).not.toBe('INTERNAL')
}

async function openAdmitted(name: (typeof webSocketServers)[number]): Promise<RawSocket> {
  const socket = await openRawSocket(running.channelUrls[name])
  socket.send({ type: 'hello', token: voter.token })
  await socket.take('welcome')
  return socket
}

/** On a poll of its own, over HTTP and both channels. */
async function expectGoodVote(voteId: string): Promise<void> {
  const { api } = running.livePoll
  const { id: pollId } = await api.createPoll({ question: 'And now?', choices: ['Good', 'Bad'] })
  const put = await call('PUT', `/polls/${pollId}/vote`, {
    token: voter.token,
    body: { voteId, choices: [1], revision: 0 },
  })
  expect(put).toMatchObject({ status: 200, body: { voteId, revision: 1 } })
  for (const [index, name] of webSocketServers.entries()) {
    const socket = await openAdmitted(name)
    socket.send({ type: 'vote', voteId: `${voteId}-${index}`, pollId, choices: [2 - (index % 2)], revision: index + 1 })
    expect(await socket.take('voted')).toMatchObject({ revision: index + 2 })
    await socket.close()
  }
  expect(await api.getResults(pollId)).toMatchObject({ voters: 1, votes: [1, 0] })
}
