import type { HttpRequest, LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toFastify } from '@live-poll/server-sdk/fastify'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEventStream } from '../event-stream.ts'
import { createHttpClient } from '../http-client.ts'
import { listen, type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll } from './channel-visitor.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

/** Live Poll, and the last request that a host has handed to it. */
function observe(): { readonly livePoll: LivePoll; readonly last: () => HttpRequest | undefined } {
  let last: HttpRequest | undefined
  const handle: LivePoll['handle'] = (request) => {
    last = request
    return running.livePoll.handle(request)
  }
  return { livePoll: { ...running.livePoll, handle }, last: () => last }
}

it('a Fastify app has its own address, its hooks see ordinary answers, and streams bear its headers', async () => {
  const { livePoll, last } = observe()
  const requests: FastifyRequest[] = []
  const app = fastify()
  app.addHook('onRequest', async (request, reply) => {
    requests.push(request)
    reply.header('x-frame-options', 'DENY')
  })
  app.addHook('onSend', async (_request, reply) => void reply.header('x-sent', '1'))
  app.post('/echo', async (request) => request.body)
  app.register(toFastify(livePoll))
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })

  const voter = await createHttpClient(origin)('POST', '/voters')
  expect(voter).toMatchObject({ status: 200, headers: { 'x-frame-options': 'DENY', 'x-sent': '1' } })
  expect(last()).toMatchObject({ remoteAddress: '127.0.0.1' })
  expect(last()?.raw, 'what middleware has written on').toBe(requests[0])

  const echo = await createHttpClient(origin, '')('POST', '/echo', { body: { a: 1 } })
  expect(echo, 'the app keeps its own parsers').toMatchObject({ status: 200, body: { a: 1 } })

  const { id } = await createPoll(running)
  const stream = await openEventStream(origin, id)
  expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-frame-options': 'DENY' })
  expect(await stream.take('poll')).toMatchObject({ poll: { id } })
  await running.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
  await stream.take('results', ({ voters }) => voters === 1)
  await stream.close()
  await app.close()
})

it('Node and Express hand over their request and its address, too', async () => {
  const { livePoll, last } = observe()
  const requests: unknown[] = []
  const node = await listen((request, response) => {
    requests.push(request)
    toNodeHandler(livePoll)(request, response)
  })
  await createHttpClient(node.origin)('GET', '/health/live')
  expect(last()).toMatchObject({ remoteAddress: '127.0.0.1' })
  expect(last()?.raw).toBe(requests[0])
  await node.close()

  const app = express()
  app.use((request, _response, next) => {
    requests.push(request)
    next()
  })
  const http = await listen(app.use(toExpress(livePoll)))
  await createHttpClient(http.origin)('GET', '/health/live')
  expect(last()).toMatchObject({ remoteAddress: '127.0.0.1' })
  expect(last()?.raw).toBe(requests[1])
  await http.close()
})
