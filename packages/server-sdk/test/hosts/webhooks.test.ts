import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LivePollOptions, PollEvent } from '@live-poll/server-sdk'
import { webhook } from '@live-poll/server-sdk/webhook'
import { afterEach, expect, it } from 'vitest'
import { atLength } from '../at-length.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const key = randomBytes(32)
const secret = `whsec_${key.toString('base64')}`
const patience = { timeout: 20_000 }

interface Delivery {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const ending: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** A receiver that keeps what it was sent. @param answer how; left out: 204 */
async function startReceiver(answer: (response: ServerResponse, events: readonly PollEvent[]) => void = accept) {
  const deliveries: Delivery[] = []
  const taken: PollEvent[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    deliveries.push({ headers: request.headers, body })
    const { events } = JSON.parse(body) as { readonly events: readonly PollEvent[] }
    answer(response, events)
    if (response.statusCode === 204) taken.push(...events)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ending.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/polls`
  return { url, deliveries, taken, types: () => taken.map(({ type }) => type) }
}

function accept(response: ServerResponse) {
  response.writeHead(204).end()
}

async function start(options: LivePollOptions): Promise<RunningLivePoll> {
  const running = await startLivePoll(options)
  ending.push(() => running.stop())
  return running
}

type Api = RunningLivePoll['livePoll']['api']
const createPoll = (api: Api) => api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], boxes: 2 })
const vote = (api: Api, pollId: string, voter: string) => api.castVote({ pollId, voter, choices: [1] })

it('A receiver gets what it wants, signed, in the order of the poll', async () => {
  const [all, some] = [await startReceiver(), await startReceiver()]
  const { livePoll } = await start({
    sinks: [
      webhook({ url: all.url, secret, allowPrivate: true, events: ['poll.created', 'vote.accepted', 'results.final'] }),
      webhook({ url: some.url, secret, allowPrivate: true }),
    ],
  })
  const { api } = livePoll
  const { id } = await createPoll(api)
  for (let voter = 0; voter < 20; voter++) await vote(api, id, `voter-${voter}`)
  await api.closePoll(id)
  await expect.poll(some.types, patience).toEqual(['poll.created', 'poll.closed', 'results.final'])
  await expect.poll(all.types, patience).toHaveLength(22)
  expect(all.types().at(0)).toBe('poll.created')
  expect(all.types().at(-1)).toBe('results.final')
  expect(all.taken.map(({ at }) => at)).toEqual(all.taken.map(({ at }) => at).sort())

  for (const { headers, body } of all.deliveries) {
    const { 'webhook-id': messageId, 'webhook-timestamp': at, 'webhook-signature': signature } = headers
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60)
    const expected = createHmac('sha256', key).update(`${messageId}.${at}.${body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(headers['content-type']).toBe('application/json')
  }
})

/** Milliseconds. */
const outage = atLength('ms for which a receiver answers 500', 1000, 60_000)

it('One that answers 500, redirects or hangs gets all of it in the end; others are on time', {
  timeout: outage + 60_000,
}, async () => {
  const inner = await startReceiver()
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(307, { location: inner.url }).end(),
    () => {}, // hangs
    (response) => response.destroy(),
  ]
  const mended = performance.now() + outage
  const moody = await startReceiver((response) => {
    if (performance.now() < mended) response.writeHead(500).end('x'.repeat(300_000))
    else (answers.shift() ?? accept)(response)
  })
  const good = await startReceiver()
  const { livePoll, logger } = await start({
    sinks: [
      // With pauses that a test can wait for.
      { ...webhook({ url: moody.url, secret, allowPrivate: true, timeout: 1000 }), longestPause: 5000 },
      webhook({ url: good.url, secret, allowPrivate: true }),
    ],
  })
  const { id } = await createPoll(livePoll.api)
  await expect.poll(good.types, patience).toEqual(['poll.created'])
  expect(answers.length, 'good has it before the other one').toBeGreaterThan(0)
  await livePoll.api.closePoll(id)
  await expect.poll(moody.types, { timeout: outage + 40_000 }).toEqual(['poll.created', 'poll.closed', 'results.final'])
  expect(answers).toEqual([])
  expect(inner.deliveries, 'nothing went where the redirect led').toEqual([])
  expect(JSON.stringify(logger.warnings)).not.toContain(secret)
  expect(logger.errors).toEqual([])
})

it('One that never takes anything leaves dead letters, which are listed and replayed', async () => {
  let isBroken = true
  const receiver = await startReceiver((response) => (isBroken ? response.writeHead(500).end() : accept(response)))
  // A day as it is, and pauses of ten minutes, are too long to wait for.
  const hasty = {
    ...webhook({ url: receiver.url, secret, allowPrivate: true, name: 'crm' }),
    giveUpAfter: 1,
    longestPause: 20,
  }
  const running = await start({ sinks: [hasty] })
  const { api } = running.livePoll
  const { id } = await createPoll(api)
  const list = async () => (await api.listDeadLetters()).deadLetters
  await expect.poll(list, patience).toHaveLength(1)
  expect(receiver.deliveries.length).toBeGreaterThanOrEqual(5)
  const [letter] = await list()
  expect(letter).toEqual({
    ...{ id: expect.any(String), sink: 'crm', diedAt: expect.any(String), reason: 'The receiver answered 500.' },
    events: [expect.objectContaining({ type: 'poll.created', pollId: id })],
  })
  expect(await running.livePoll.metrics()).toMatch(/^live_poll_dead_letters_total 1$/m)

  await api.closePoll(id)
  await expect.poll(list, patience).toHaveLength(2)
  const page = await api.listDeadLetters({ limit: 1 })
  const rest = await api.listDeadLetters({ limit: 1, cursor: page.next ?? '' })
  expect(rest.next).toBeNull()
  const ids = [...page.deadLetters, ...rest.deadLetters].map((one) => one.id)
  isBroken = false
  expect(await api.replayDeadLetters(ids)).toBe(2)
  expect(await api.replayDeadLetters(ids), 'and again').toBe(0)
  await expect.poll(receiver.types, patience).toEqual(['poll.created', 'poll.closed', 'results.final'])
  expect(await list()).toEqual([])
  await expect(api.replayDeadLetters(['x'])).rejects.toMatchObject({ code: 'INVALID' })
  await expect(api.listDeadLetters({ cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID' })
  await expect(api.listDeadLetters({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID' })
})
