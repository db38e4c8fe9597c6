import type { RequestListener, Server, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { bodyParser } from '@koa/bodyparser'
import type { LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toFastify } from '@live-poll/server-sdk/fastify'
import { toFetch } from '@live-poll/server-sdk/fetch'
import { toKoa } from '@live-poll/server-sdk/koa'
import { toNext } from '@live-poll/server-sdk/next'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel, attachRoutes } from '@live-poll/server-sdk/uwebsockets'
import { type ArgumentsHost, Catch, type ExceptionFilter, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import express from 'express'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { listenOnUws } from '../listen-on-uws.ts'
import { listen } from '../listeners.ts'
import { isWithoutUws } from '../without-uws.ts'

export interface ListeningHost {
  /** As in `http://127.0.0.1:40123`. */
  readonly origin: string
  /** Where it stands on Node's. */
  readonly server?: Server
  close(): Promise<void>
}

/** An app that Live Poll is mounted into. */
export interface HttpHost {
  /** Serves it on a free port. */
  readonly listen: (livePoll: LivePoll) => ListeningHost | Promise<ListeningHost>
  /** What it answers itself, where Live Poll does not. */
  readonly notFound: { readonly status: number; readonly body: string }
  /** What has read the body before us, and has answered what it could not read. */
  readonly parser: 'none' | 'json' | 'raw'
  /** Whether its router decodes paths, and itself refuses those that are broken UTF-8. */
  readonly isDecodingPaths?: boolean
  /** Whether it reads paths as URLs: `/live-poll/../x` is not ours there. */
  readonly isReadingUrls?: boolean
  /** Whether nobody tells it who is at the other end. */
  readonly isWithoutAddress?: boolean
}

const notFound = { status: 404, body: 'The host has no such page.' }

/** A Fastify app as what it is to Node: a listener. */
function listenerOf(app: FastifyInstance): RequestListener {
  app.setNotFoundHandler((_, reply) => reply.code(404).send(notFound.body))
  return (request, response) => void app.ready().then(() => app.routing(request, response))
}

/** An app's module without anything in it. A decorator is a function, too. */
function nestModule() {
  class AppModule {}
  Module({})(AppModule)
  return AppModule
}

/** What an app of NestJS answers itself. */
function nestFilter(): ExceptionFilter {
  class NotFoundFilter {
    catch(_: unknown, host: ArgumentsHost) {
      host.switchToHttp().getResponse<FastifyReply>().code(notFound.status).send(notFound.body)
    }
  }
  Catch()(NotFoundFilter)
  return new NotFoundFilter()
}

function listenWithKoa(app: Koa) {
  app.silent = true // it prints who leaves, and what its parser cannot read
  app.use((context) => {
    context.status = 404
    context.body = notFound.body
  })
  return listen(app.callback())
}

/**
 * What every suite over hosts runs on: a new host takes its one file in `src/use`, and here its one entry. Hostile
 * input is sent to some of them (`hostNames`), and `mounts` in scripts/checks/file-length.mjs keeps those files short.
 */
const hosts: Readonly<Record<string, HttpHost>> = {
  node: {
    listen: (livePoll) => listen(toNodeHandler(livePoll)),
    notFound: { status: 404, body: '' },
    parser: 'none',
  },
  express: {
    listen: (livePoll) =>
      listen(
        express()
          .use(toExpress(livePoll))
          .use((_, response) => void response.status(404).send(notFound.body)),
      ),
    notFound,
    parser: 'none',
  },
  'express with express.json() before it': {
    listen: (livePoll) =>
      listen(
        express()
          .use(express.json())
          .use(toExpress(livePoll))
          .use((_, response) => void response.status(404).send(notFound.body)),
      ),
    notFound,
    parser: 'json',
  },
  'express with express.raw() before it': {
    listen: (livePoll) =>
      listen(
        express()
          .use(express.raw({ type: () => true }))
          .use(toExpress(livePoll))
          .use((_, response) => void response.status(404).send(notFound.body)),
      ),
    notFound,
    parser: 'raw',
  },
  'express behind other middleware and routes, mounted at its path': {
    listen: (livePoll) =>
      listen(
        express()
          .use((_request, _response, next) => void setImmediate(next))
          .get('/hello', (_, response) => void response.send('Hello'))
          .use(express.urlencoded())
          .use(livePoll.basePath, toExpress(livePoll))
          .use((_, response) => void response.status(404).send(notFound.body)),
      ),
    notFound,
    parser: 'none',
  },
  'NestJS on Express': {
    async listen(livePoll) {
      const app = await NestFactory.create(nestModule(), { logger: false })
      app.use(toExpress(livePoll))
      app.use((_: unknown, response: ServerResponse) => void response.writeHead(404).end(notFound.body))
      await app.init()
      return listen(app.getHttpAdapter().getInstance())
    },
    notFound,
    parser: 'none',
  },
  'NestJS on Fastify': {
    async listen(livePoll) {
      const app = await NestFactory.create<NestFastifyApplication>(nestModule(), new FastifyAdapter(), {
        logger: false,
      })
      app.useGlobalFilters(nestFilter())
      await app.register(toFastify(livePoll))
      await app.init()
      const instance = app.getHttpAdapter().getInstance()
      await instance.ready()
      return listen((request, response) => instance.routing(request, response))
    },
    notFound,
    parser: 'none',
    isDecodingPaths: true,
  },
  fastify: {
    listen(livePoll) {
      const app = fastify()
      app.register(toFastify(livePoll))
      return listen(listenerOf(app))
    },
    notFound,
    parser: 'none',
    isDecodingPaths: true,
  },
  'fastify with hooks, parsers and limits of its own': {
    listen(livePoll) {
      const app = fastify({ bodyLimit: 1 })
      app.addHook('onRequest', (_request, _reply, done) => void setImmediate(done))
      app.addHook('onSend', async (_request, reply) => void reply.header('x-host', 'fastify'))
      app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async () => ({}))
      app.get('/hello', () => 'Hello')
      app.register(toFastify(livePoll))
      return listen(listenerOf(app))
    },
    notFound,
    parser: 'none',
    isDecodingPaths: true,
  },
  koa: {
    listen(livePoll) {
      const app = new Koa()
      app.use(toKoa(livePoll))
      return listenWithKoa(app)
    },
    notFound,
    parser: 'none',
  },
  'koa behind other middleware and a body parser': {
    listen(livePoll) {
      const app = new Koa()
      app.use(async (context, next) => {
        await next()
        context.set('x-host', 'koa')
      })
      app.use(bodyParser())
      app.use(toKoa(livePoll))
      return listenWithKoa(app)
    },
    notFound,
    parser: 'json',
  },
  hono: {
    listen(livePoll) {
      const handle = toFetch(livePoll)
      const app = new Hono()
      app.use(async (c, next) => (await handle(c.req.raw)) ?? next())
      app.notFound((c) => c.text(notFound.body, 404))
      return listen(getRequestListener(app.fetch))
    },
    notFound,
    parser: 'none',
    isReadingUrls: true,
    isWithoutAddress: true,
  },
  'hono behind other middleware and routes, and code that reads JSON': {
    listen(livePoll) {
      const handle = toFetch(livePoll)
      const app = new Hono<{ Variables: { json: unknown } }>()
      app.use(async (c, next) => {
        await next()
        c.header('x-host', 'hono')
      })
      app.get('/hello', (c) => c.text('Hello'))
      app.use(async (c, next) => {
        if (c.req.header('content-type') !== 'application/json') return next()
        try {
          c.set('json', await c.req.json())
        } catch {
          return c.text('This is no JSON.', 400)
        }
        return next()
      })
      app.all(`${livePoll.basePath}/*`, async (c) => {
        const json = c.get('json')
        const { address } = getConnInfo(c).remote
        const body = json === undefined ? undefined : { json }
        return (await handle(c.req.raw, { remoteAddress: address, raw: c, body })) ?? c.notFound()
      })
      app.notFound((c) => c.text(notFound.body, 404))
      return listen(getRequestListener(app.fetch))
    },
    notFound,
    parser: 'json',
    isReadingUrls: true,
  },
  'handlers of Next.js, on a server of fetch requests': {
    listen(livePoll) {
      const handlers = toNext(livePoll)
      return listen(
        getRequestListener((request) => (handlers[request.method as keyof typeof handlers] ?? handlers.GET)(request)),
      )
    },
    notFound: { status: 404, body: '' },
    parser: 'none',
    isReadingUrls: true,
    isWithoutAddress: true,
  },
  'uWebSockets.js': {
    listen: (livePoll) =>
      listenOnUws((app) => {
        attachRoutes(app, livePoll)
        app.any('/*', (response) => void response.writeStatus('404 Not Found').end(notFound.body))
        return undefined
      }),
    notFound,
    parser: 'none',
  },
  'uWebSockets.js beside the channel and other routes': {
    listen: (livePoll) =>
      listenOnUws((app) => {
        app.get('/*', (response) => void response.writeStatus('404 Not Found').end(notFound.body))
        app.get('/hello', (response) => void response.end('Hello'))
        attachRoutes(app, livePoll)
        return attachChannel(app, livePoll)
      }),
    notFound,
    parser: 'none',
  },
}

export const httpHosts: Readonly<Record<string, HttpHost>> = Object.fromEntries(
  Object.entries(hosts).filter(([name]) => !(isWithoutUws && name.startsWith('uWebSockets.js'))),
)
