import { request } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { HttpRequest, LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toFastify } from '@live-poll/server-sdk/fastify'
import { toFetch } from '@live-poll/server-sdk/fetch'
import { toKoa } from '@live-poll/server-sdk/koa'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachRoutes } from '@live-poll/server-sdk/uwebsockets'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { type Context, Hono } from 'hono'
import Koa from 'koa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEventStream } from '../event-stream.ts'
import { createHttpClient } from '../http-client.ts'
import { listenOnUws } from '../listen-on-uws.ts'
import { listen } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { isWithoutUws } from '../without-uws.ts'
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

it('Koa hands over its context, wherever it is mounted, and its middleware sees ordinary answers', async () => {
  const { livePoll, last } = observe()
  const contexts: Koa.Context[] = []
  const bodies: unknown[] = []
  const app = new Koa()
  app.use(async (context, next) => {
    contexts.push(context)
    context.url = '/cut/by/somebody'
    await next()
    bodies.push(context.body)
    context.set('x-frame-options', 'DENY')
  })
  const http = await listen(app.use(toKoa(livePoll)).callback())
  const answer = await createHttpClient(http.origin)('GET', '/health/live')
  expect(answer).toMatchObject({ status: 200, body: { status: 'ok' }, headers: { 'x-frame-options': 'DENY' } })
  expect(last()).toMatchObject({ remoteAddress: '127.0.0.1' })
  expect(last()?.raw).toBe(contexts[0])
  expect(bodies).toEqual(['{"status":"ok"}'])
  await http.close()
})

it('a server of fetch requests hands over what its app says of them, or the request', async () => {
  const { livePoll, last } = observe()
  const handle = toFetch(livePoll)
  const contexts: Context[] = []
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.res.headers.append('set-cookie', 'a=1')
    c.res.headers.append('set-cookie', 'b=2')
  })
  app.use(async (c, next) => {
    contexts.push(c)
    const { address } = getConnInfo(c).remote
    return (await handle(c.req.raw, { remoteAddress: address, raw: c })) ?? next()
  })
  const http = await listen(getRequestListener(app.fetch))
  const answer = await createHttpClient(http.origin)('GET', '/health/live')
  expect(answer).toMatchObject({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'] } })
  expect(last()).toMatchObject({ remoteAddress: '127.0.0.1' })
  expect(last()?.raw).toBe(contexts[0])
  await http.close()

  const bare = new Request('http://localhost/live-poll/health/live?a=1')
  expect(await (await handle(bare))?.json()).toEqual({ status: 'ok' })
  expect(last()?.raw).toBe(bare)
  expect(last()?.remoteAddress).toBeUndefined()
  expect(last()?.query.get('a')).toBe('1')
  expect(await handle(new Request('http://localhost/live-pollution'))).toBeUndefined()
})

it('a body that code of the app has read is taken from it, and missed where it is not given', async () => {
  const handle = toFetch(running.livePoll)
  const send = async (given: boolean) => {
    const init = { method: 'POST', body: '{"isKnown":true}', headers: { 'content-type': 'application/json' } }
    const read = new Request('http://localhost/live-poll/voters', init)
    const json: unknown = await read.json()
    const answer = await handle(read, given ? { body: { json } } : {})
    return { status: answer?.status, body: await answer?.json() }
  }
  expect(await send(true)).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } })
  expect(await send(false)).toMatchObject({ status: 400, body: { error: { code: 'INVALID' } } })
})

it.skipIf(isWithoutUws)('uWebSockets.js hands over all of a request that it forgets at once', async () => {
  const { livePoll, last } = observe()
  const http = listenOnUws((app) => {
    attachRoutes(app, livePoll)
    return undefined
  })
  const call = request(`${http.origin}/live-poll/health/live?a=%31&b`, { agent: false, method: 'POST' })
  call.setHeader('cookie', ['a=1', 'b=2'])
  call.setHeader('x-several', ['one', 'two'])
  call.setHeader('x-latin', 'cl\u00e9')
  const status = await new Promise((resolve) => call.on('response', ({ statusCode }) => resolve(statusCode)).end('{}'))
  expect(status).toBe(405)
  expect(last()).toMatchObject({ method: 'POST', path: '/live-poll/health/live', remoteAddress: '127.0.0.1' })
  expect([...(last()?.query ?? [])]).toEqual([
    ['a', '1'],
    ['b', ''],
  ])
  expect(last()?.headers.get('cookie')).toBe('a=1; b=2')
  expect(last()?.headers.get('x-several')).toBe('one, two')
  expect(last()?.header?.('x-several')).toBe('one, two')
  expect(last()?.headers.has('x-latin')).toBe(true)
  await http.close()
})
