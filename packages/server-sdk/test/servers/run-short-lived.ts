import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ErrorBody } from '@live-poll/client-sdk/protocol'
import type { LivePollOptions } from '@live-poll/server-sdk'
import type { CallOptions } from '../http-client.ts'

interface ShortLivedAnswer {
  readonly status: number
  readonly body: string
}

const program = fileURLToPath(new URL('./short-lived.mjs', import.meta.url))

/**
 * A client of routes, each request of which is answered by a process of its own.
 * @param options plain values
 * @throws where a process logs a warning or a fault, or does not end by itself with 0
 */
export function createShortLivedClient(databaseUrl: string, redisUrl: string, options: LivePollOptions) {
  return async <T = ErrorBody>(method: string, path: string, { body, token, headers }: CallOptions = {}) => {
    const child = fork(program, [databaseUrl, redisUrl, JSON.stringify(options)])
    const exited = once(child, 'exit')
    child.send({
      ...{ method, path: `/live-poll${path}` },
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const answered = once(child, 'message') as Promise<[ShortLivedAnswer]>
    const first = await Promise.race([answered, exited])
    const [code] = await exited
    const [answer] = first
    if (code !== 0 || !isAnswer(answer)) throw new Error(`The process ended with ${code}.`)
    return { status: answer.status, body: JSON.parse(answer.body) as T }
  }
}

function isAnswer(answer: unknown): answer is ShortLivedAnswer {
  return typeof answer === 'object' && answer !== null
}
