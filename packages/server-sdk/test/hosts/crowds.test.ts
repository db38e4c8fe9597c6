import { randomUUID } from 'node:crypto'
import type { ErrorBody, VoterAdmission } from '@live-poll/client-sdk/protocol'
import type { LivePollOptions } from '@live-poll/server-sdk'
import { afterEach, expect, it } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, readResults, visit } from './channel-visitor.ts'

let running: RunningLivePoll
afterEach(() => running?.stop())

const start = async (options: LivePollOptions = {}) => {
  running = await startLivePoll(options)
  return createHttpClient(running.origin)
}

/** Runs work for each number below `count`, `atOnce` at a time. */
async function inTurns<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const done: T[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) done.push(await work(index))
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return done
}

it('a hall of 2,000 behind one address votes, by the defaults', { timeout: 180_000 }, async () => {
  const call = await start()
  const { id } = await createPoll(running)
  const answers = await inTurns(2000, 100, async (index) => {
    const { body } = await call<VoterAdmission>('POST', '/voters')
    const socket = await visit(running, channelServers[index % 2] ?? 'ws', { ticket: body.ticket })
    return cast(socket, id).finally(() => socket.terminate())
  })
  expect(answers.filter(({ type }) => type !== 'voted')).toEqual([])
  expect(await readResults(running, id)).toMatchObject({ voters: 2000, votes: [2000, 0] })
})

/** A small hall, so that what follows does not depend on how fast it fills: the next one may come in an hour. */
const hall = 20
const tight = { newDevices: { perMinute: 1 / 60, burst: hall } }

async function fill(call: ReturnType<typeof createHttpClient>, headers = {}) {
  const answers = await inTurns(hall, 10, () => call<VoterAdmission>('POST', '/voters', { headers }))
  expect(answers.map(({ status }) => status)).toEqual(Array(hall).fill(200))
  return answers.map(({ body }) => body)
}

it('beyond the limit 100 fresh devices of one network are refused, and who is a voter already is not', async () => {
  const call = await start({ ...tight, identify: ({ headers }) => userOf(headers) })
  const { id } = await createPoll(running)
  const voters = await fill(call)
  const refused = await inTurns(100, 20, (index) =>
    call<ErrorBody>('POST', '/voters', { headers: { 'x-forwarded-for': `198.51.100.${index}` } }),
  )
  for (const { status, body, headers } of refused) {
    expect([status, body.error.code]).toEqual([429, 'RATE_LIMITED'])
    expect(body.error.retryAfter).toBeGreaterThan(0)
    expect(Number(headers['retry-after'])).toBe(Math.ceil((body.error.retryAfter ?? 0) / 1000))
  }
  const again = await inTurns(hall, 10, (index) => call('POST', '/voters', { token: voters[index]?.token }))
  expect(again.map(({ status }) => status)).toEqual(Array(hall).fill(200))
  const body = { voteId: randomUUID(), choices: [1] }
  const votes = voters.map(({ token }) => call('PUT', `/polls/${id}/vote`, { token, body }))
  expect((await Promise.all(votes)).map(({ status }) => status)).toEqual(Array(hall).fill(200))

  expect(await call('POST', '/voters', { headers: { 'x-user': 'ada' } }), 'a user is no new device').toMatchObject({
    status: 200,
    body: { kind: 'user', voterId: 'ada' },
  })
  const invited = await createPoll(running, { voters: 'invitation' })
  const [invitation] = await running.livePoll.api.createInvitations(invited.id, { count: 1 })
  expect(await call('POST', '/voters', { body: { invitation: invitation?.code } })).toMatchObject({ status: 200 })
})

function userOf(headers: Headers) {
  const id = headers.get('x-user')
  return id !== null && { id }
}

it('behind proxies of the host’s each network has a limit of its own, and what it writes itself is not believed', async () => {
  const call = await start({ ...tight, trustedProxies: 1 })
  const from = (...addresses: string[]) => ({ headers: { 'x-forwarded-for': addresses.join(', ') } })
  const status = async (...addresses: string[]) => (await call('POST', '/voters', from(...addresses))).status
  await fill(call, from('203.0.113.7').headers)
  expect(await status('203.0.113.200'), 'the same /24').toBe(429)
  expect(await status('192.0.2.1', '203.0.113.200'), 'with a forged address before it').toBe(429)
  expect(await status('203.0.114.7'), 'another /24').toBe(200)
  await fill(call, from('2001:db8:0:1::7').headers)
  expect(await status('2001:db8:0:1:ffff::1'), 'the same /64').toBe(429)
  expect(await status('2001:DB8::2:0:0:0:1'), 'another /64').toBe(200)
})
