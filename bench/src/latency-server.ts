/**
 * The server of the latency benchmark, in a process of its own: one poll, one page, and on demand a crowd.
 * node --import tsx latency-server.ts <ws | uwebsockets>
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel as attachToUws, type UwsApp } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToWs } from '@live-poll/server-sdk/ws'

export type FromServer =
  | { readonly type: 'ready'; readonly url: string }
  /** uWebSockets.js does not load on this Node or system. */
  | { readonly type: 'missing'; readonly reason: string }

/** Sent to this process: voters gather and keep the poll busy from now on. */
export type ToServer = 'crowd'

type Uws = { App(): UwsApp & { listen(port: number, done: (socket: unknown) => void): unknown } }

const directory = mkdtempSync(join(tmpdir(), 'live-poll-latency-'))
process.on('exit', () => rmSync(directory, { recursive: true }))
process.on('disconnect', () => process.exit())
const tell = (message: FromServer) => process.send?.(message)

const transport = process.argv[2]
const uws = transport === 'uwebsockets' ? loadUws() : undefined
if (typeof uws === 'string') {
  tell({ type: 'missing', reason: uws })
  process.disconnect?.()
} else {
  await serve(uws)
}

/** @returns the reason when it cannot be loaded. A dynamic import of it may end the process. */
function loadUws(): Uws | string {
  try {
    return createRequire(import.meta.url)('uWebSockets.js') as Uws
  } catch (error) {
    return String(error)
  }
}

async function serve(channel: Uws | undefined): Promise<void> {
  const port = await freePort()
  const livePoll = createLivePoll({
    database: embedded({ directory }),
    channelUrl: channel ? `:${port}/live-poll/channel` : null,
  })
  const { id } = await livePoll.api.createPoll({ question: 'Which way?', choices: ['Left', 'Right', 'Up', 'Down'] })
  const handle = toNodeHandler(livePoll)
  const server = createServer((request, response) => {
    handle(request, response, () => response.writeHead(200, { 'content-type': 'text/html' }).end(page(id)))
  })
  if (channel) await listenWithUws(channel, livePoll, port)
  else attachToWs(server, livePoll)
  process.once('message', () => gather(livePoll, id))
  server.listen(0, '127.0.0.1', () => {
    tell({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
  })
}

/**
 * Voters who go from Up to Down and back without a pause, so that the results are published as often as they may be.
 * Left and Right are the measured voter's alone: their bars move for nobody else.
 */
function gather({ api }: LivePoll, pollId: string): void {
  for (let person = 0; person < 20; person++) void waver(`person-${person}`)

  async function waver(voter: string): Promise<void> {
    for (let turn = 0; ; turn++) await api.castVote({ pollId, voter, choices: [3 + (turn % 2)] })
  }
}

function listenWithUws(channel: Uws, livePoll: LivePoll, port: number): Promise<void> {
  const app = channel.App()
  attachToUws(app, livePoll)
  return new Promise((resolve, reject) => {
    app.listen(port, (socket) => (socket ? resolve() : reject(new Error(`Port ${port} is taken.`))))
  })
}

/** The poll names the channel's port before the channel listens. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

function page(pollId: string): string {
  return `<!doctype html><html lang="en"><title>Latency</title>
    <script type="module" src="/live-poll/widget.js"></script><live-poll poll="${pollId}"></live-poll></html>`
}
