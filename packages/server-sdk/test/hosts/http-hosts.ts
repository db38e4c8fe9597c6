import type { RequestListener } from 'node:http'
import type { LivePoll } from '@live-poll/server-sdk'
import { toExpress } from '@live-poll/server-sdk/express'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import express from 'express'

/** An app that Live Poll is mounted into. */
export interface HttpHost {
  readonly mount: (livePoll: LivePoll) => RequestListener
  /** What it answers itself, where Live Poll does not. */
  readonly notFound: { readonly status: number; readonly body: string }
  /** What has read the body before us, and has answered what it could not read. */
  readonly parser: 'none' | 'json' | 'raw'
}

const notFound = { status: 404, body: 'The host has no such page.' }

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
}
