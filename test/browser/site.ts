import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll, type LivePoll, type LivePollOptions } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { neverShed } from '../../packages/server-sdk/test/never-shed.ts'
import { storageIn } from '../../packages/server-sdk/test/servers/storage.ts'

/** A web server with the pages that a test gives it. */
export interface Pages {
  /** As in http://127.0.0.1:41234 */
  readonly url: string
  readonly port: number
  readonly server: Server
  /** Serves a body at a path from now on, and answers with its address. */
  serve(path: string, body: string, headers?: Record<string, string>): string
  /** Serves a document at a path of its own. */
  page(html: string, headers?: Record<string, string>): string
  close(): Promise<void>
}

export interface PagesOptions {
  /** @default 127.0.0.1 */
  readonly host?: string
  /** @default any free one */
  readonly port?: number
}

/** @param before Answers what it knows, and calls `next` for the rest. */
export async function startPages(
  { host = '127.0.0.1', port = 0 }: PagesOptions = {},
  before?: (...args: [...Parameters<RequestListener>, next: () => void]) => void,
): Promise<Pages> {
  const bodies = new Map<string, { readonly body: string; readonly headers: Record<string, string> }>()
  const server = createServer((request, response) => {
    const own = () => {
      const found = bodies.get(request.url?.split('?')[0] ?? '')
      if (found) response.writeHead(200, found.headers).end(found.body)
      else response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end()
    }
    if (before) before(request, response, own)
    else own()
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  const taken = (server.address() as AddressInfo).port
  const url = `http://${host}:${taken}`

  function serve(path: string, body: string, headers: Record<string, string> = {}): string {
    bodies.set(path, { body, headers: { 'content-type': 'text/html; charset=utf-8', ...headers } })
    return url + path
  }

  return {
    url,
    port: taken,
    server,
    serve,
    page: (html, headers) => serve(`/page-${bodies.size + 1}`, html, headers),
    close() {
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return isClosed
    },
  }
}

export interface SiteOptions extends LivePollOptions, PagesOptions {
  /** Of `makeStorage`: where the polls are kept, unless there is a `database`. */
  readonly directory: string
}

/** A host app: its pages, and Live Poll under /live-poll. */
export interface Site extends Pages {
  readonly livePoll: LivePoll
  /** Serves a page with the script and a tag. */
  tag(attributes: string, rest?: string): string
}

export async function startSite({ host, port, directory, ...options }: SiteOptions): Promise<Site> {
  const livePoll = createLivePoll({
    ...storageIn(directory),
    shedding: neverShed,
    ...options,
  })
  await livePoll.ready()
  const pages = await startPages({ host, port }, toNodeHandler(livePoll))
  const detach = attachChannel(pages.server, livePoll)
  return {
    ...pages,
    livePoll,
    tag: (attributes, rest = '') => pages.page(htmlPage(`${script()}<live-poll ${attributes}></live-poll>${rest}`)),
    async close() {
      detach()
      await livePoll.close()
      await pages.close()
    },
  }
}

/** The script tag of a server. */
export function script(server = ''): string {
  return `<script type="module" src="${server}/live-poll/widget.js"></script>`
}

/** A whole document in English around a body. */
export function htmlPage(body: string, head = '', attributes = 'lang="en"'): string {
  return `<!doctype html>
<html ${attributes}>
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>A page</title>
    ${head}
  </head>
  <body><main><h1>A page</h1>${body}</main></body>
</html>`
}
