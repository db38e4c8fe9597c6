import { createHash, randomUUID } from 'node:crypto'
import type { HttpReply, HttpRequest, LivePoll, Poll } from '../index.ts'
import { escapeHtml } from '../invitations/escape-html.ts'

/** Says that a page is one of these, and which process has sent it. */
export const pageHeader = 'live-poll-page'

/** This process: of all that were ever started. */
export const instance = randomUUID()

type Handler = (request: HttpRequest) => Promise<HttpReply | undefined>

/** Polls that are looked through for the list, the newest. */
const listed = 100

/**
 * The routes of Live Poll, and a plain page at `/polls/<id>` to look at each poll.
 * @param isListing whether `/` lists the newest polls that are not private, for everyone to see
 */
export function withPages(livePoll: LivePoll, isListing: boolean): LivePoll {
  const pages: Handler = async ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    const id = /^\/polls\/([\w-]{1,64})$/.exec(path)?.[1]
    if (id !== undefined) return page(pollPage(livePoll.basePath, id))
    if (path !== '/' || !isListing) return undefined
    const { polls } = await livePoll.api.listPolls({ limit: listed })
    return page(listPage(polls.filter(({ isPrivate }) => !isPrivate)))
  }
  return { ...livePoll, basePath: '', handle: async (request) => (await livePoll.handle(request)) ?? pages(request) }
}

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 36rem; margin: 0 auto; padding: 32px 16px }
code { overflow-wrap: anywhere }`

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "connect-src 'self' ws: wss:", // the channel may have a port of its own
    "img-src 'self' data: blob:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  [pageHeader]: instance,
}

function page(body: string): HttpReply {
  return {
    status: 200,
    headers,
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Live Poll</title>
    <style>${style}</style>
  </head>
  <body>
    <main>
${body}
    </main>
  </body>
</html>
`,
  }
}

/** Whether there is such a poll the tag finds out: a page says it of none. */
function pollPage(basePath: string, id: string): string {
  return `      <script type="module" src="${basePath}/widget.js"></script>
      <live-poll poll="${id}"></live-poll>`
}

function listPage(polls: readonly Poll[]): string {
  const items = polls.map(
    ({ id, question, state }) => `        <li><a href="/polls/${id}">${escapeHtml(question)}</a> (${state})</li>`,
  )
  const list =
    items.length > 0
      ? `      <ul>\n${items.join('\n')}\n      </ul>`
      : '      <p>There are no public polls yet. Make one:</p>'
  return `      <h1>Polls</h1>
${list}
      <p><code>npx -p @live-poll/server-sdk live-poll create "Lunch?" Soup Salad</code></p>`
}
