import type { RequestListener } from 'node:http'
import type { LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toFastify } from '@live-poll/server-sdk/fastify'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'

/** An app that Live Poll is mounted into. */
export interface HttpHost {
  readonly mount: (livePoll: LivePoll) => RequestListener
  /** What it answers itself, where Live Poll does not. */
  readonly notFound: { readonly status: number; readonly body: string }
  /** What has read the body before us, and has answered what it could not read. */
  readonly parser: 'none' | 'json' | 'raw'
  /** Whether its router decodes paths, and itself refuses those that are broken UTF-8. */
  readonly isDecodingPaths?: boolean
}

const notFound = { status: 404, body: 'The host has no such page.' }

/** A Fastify app as what it is to Node: a listener. */
function listenerOf(app: FastifyInstance): RequestListener {
  app.setNotFoundHandler((_, reply) => reply.code(404).send(notFound.body))
  return (request, response) => void app.ready().then(() => app.routing(request, response))
}

export const httpHosts: Readonly<Record<string, HttpHost>> = {
  node: {
    mount: (livePoll) => toNodeHandler(livePoll),
    notFound: { status: 404, body: '' },
    parser: 'none',
  },
  express: {
    mount: (livePoll) =>
      express()
        .use(toExpress(livePoll))
        .use((_, response) => void response.status(404).send(notFound.body)),
    notFound,
    parser: 'none',
  },
  'express with express.json() before it': {
    mount: (livePoll) =>
      express()
        .use(express.json())
        .use(toExpress(livePoll))
        .use((_, response) => void response.status(404).send(notFound.body)),
    notFound,
    parser: 'json',
  },
  'express with express.raw() before it': {
    mount: (livePoll) =>
      express()
        .use(express.raw({ type: () => true }))
        .use(toExpress(livePoll))
        .use((_, response) => void response.status(404).send(notFound.body)),
    notFound,
    parser: 'raw',
  },
  'express behind other middleware and routes, mounted at its path': {
    mount: (livePoll) =>
      express()
        .use((_request, _response, next) => void setImmediate(next))
        .get('/hello', (_, response) => void response.send('Hello'))
        .use(express.urlencoded())
        .use(livePoll.basePath, toExpress(livePoll))
        .use((_, response) => void response.status(404).send(notFound.body)),
    notFound,
    parser: 'none',
  },
  fastify: {
    mount(livePoll) {
      const app = fastify()
      app.register(toFastify(livePoll))
      return listenerOf(app)
    },
    notFound,
    parser: 'none',
    isDecodingPaths: true,
  },
  'fastify with hooks, parsers and limits of its own': {
    mount(livePoll) {
      const app = fastify({ bodyLimit: 1 })
      app.addHook('onRequest', (_request, _reply, done) => void setImmediate(done))
      app.addHook('onSend', async (_request, reply) => void reply.header('x-host', 'fastify'))
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async () => ({}))
      app.get('/hello', () => 'Hello')
      app.register(toFastify(livePoll))
      return listenerOf(app)
    },
    notFound,
    parser: 'none',
    isDecodingPaths: true,
  },
}
