import type { ErrorBody, Poll } from '@live-poll/client-sdk/protocol'
import { type Action, actions } from '../../src/identity/host-user.ts'
import { openEventStream } from '../event-stream.ts'
import { createHttpClient, type Answer as HttpAnswer } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { Credentials } from './callers.ts'
import type { Answer } from './decisions.ts'
import { requests, type Target } from './requests.ts'

/** @param route as in `GET /polls/:id` */
export async function askRoute(
  running: RunningLivePoll,
  route: string,
  action: Action,
  target: Target,
  shown: Credentials,
): Promise<Answer> {
  if (route === 'GET /polls/:id/events') return askForStream(running, action, target, shown)
  const answer = await sendRequest(running, route, action, target, shown)
  if (answer.status >= 300) return (answer.body as ErrorBody).error.code
  const hidesResults = action === 'viewResults' && (answer.body as Poll).results === null
  return hidesResults ? 'RESULTS_HIDDEN' : 'ok'
}

/** Sends the request of `requests.ts`. */
export async function sendRequest(
  running: RunningLivePoll,
  route: string,
  action: Action,
  target: Target,
  { bearer, token }: Credentials,
): Promise<HttpAnswer<unknown>> {
  const makeRequest = requests[route]?.[action]
  if (!makeRequest) throw new Error(`requests.ts has no request for ${action} by ${route}.`)
  const { query = '', params = {}, before, ...options } = await makeRequest(target, running.livePoll)
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => (name === 'id' ? target.id : (params[name] ?? '')))
  const call = createHttpClient(running.origin)
  const credential = actions[action] === 'voter' ? token : bearer
  const credentials = credential === undefined ? {} : { token: credential }
  if (before) await call(before.method, path, { ...before, ...credentials })
  return call(method, path + query, { ...options, ...credentials })
}

async function askForStream(
  { origin }: RunningLivePoll,
  action: Action,
  { id }: Target,
  { ticket }: Credentials,
): Promise<Answer> {
  const headers: Record<string, string> = ticket === undefined ? {} : { authorization: `Bearer ${ticket}` }
  const stream = await openEventStream(origin, id, '', headers).catch((error: Error) => error)
  if (stream instanceof Error) return (stream.cause as ErrorBody).error.code
  const { poll } = await stream.take('poll')
  await stream.close()
  return action === 'viewResults' && poll.results === null ? 'RESULTS_HIDDEN' : 'ok'
}
