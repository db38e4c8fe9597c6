import type { LivePoll } from '../index.ts'
import { UwsBody } from './uwebsockets-body.ts'
import { sendReply, type UwsHttpResponse, type UwsStream } from './uwebsockets-reply.ts'
import { toRequest, type UwsHttpRequest } from './uwebsockets-request.ts'

type Handle = (response: UwsHttpResponse, request: UwsHttpRequest) => void

/** A route for any method comes after those for one, whatever their paths: ours must not come after the app's own. */
const verbs = ['get', 'head', 'post', 'put', 'patch', 'del', 'options', 'any'] as const

/** What is used of a `uWS.App()`: nothing here imports uWebSockets.js. */
export type UwsRoutesApp = Readonly<Record<(typeof verbs)[number], (pattern: string, handle: Handle) => unknown>>

/**
 * Mounts the routes into a uWebSockets.js app of the host's. The host's own routes answer all other paths; uWebSockets.js
 * itself cuts off whoever asks for a path that nobody answers.
 *
 * @example
 * const app = uWS.App()
 * attachRoutes(app, livePoll)
 * attachChannel(app, livePoll)
 * app.listen(3000, () => {})
 */
export function attachRoutes(app: UwsRoutesApp, livePoll: LivePoll): void {
  for (const verb of verbs)
    app[verb](`${livePoll.basePath}/*`, (response, request) => serve(livePoll, response, request))
}

function serve(livePoll: LivePoll, response: UwsHttpResponse, request: UwsHttpRequest) {
  const method = request.getCaseSensitiveMethod()
  const body = method === 'GET' || method === 'HEAD' ? undefined : new UwsBody(response)
  let stream: UwsStream | undefined
  let hasLeft = false
  response.onAborted(() => {
    hasLeft = true
    body?.breakOff()
    stream?.breakOff()
  })

  async function answer() {
    const reply = await livePoll.handle(toRequest(request, response, body))
    await body?.leave()
    if (!hasLeft) stream = sendReply(response, reply ?? notOurs, method === 'HEAD', body?.isComing ?? false)
  }
  answer().catch(() => hasLeft || response.close())
}

const notOurs = { status: 404, headers: {}, body: null }
