import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import type { Authorize, LivePollOptions } from '@live-poll/server-sdk'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import type { Caller } from './decisions.ts'

export const owner = 'ada'
const stranger = 'eve'

/** A host whose users sign in by `Authorization: Bearer user:<id>`. */
export function startHost(
  options: LivePollOptions & { readonly directory?: string; readonly authorize?: Authorize },
): Promise<RunningLivePoll> {
  return startLivePoll({
    identify: ({ headers }) => {
      const id = /^Bearer user:(.+)$/.exec(headers.get('authorization') ?? '')?.[1]
      return id !== undefined && { id }
    },
    ...options,
  })
}

/** What a caller shows. */
export interface Credentials {
  /** To the host: as an organizer, if they are one. */
  readonly bearer?: string
  /** As a voter. */
  readonly token?: string
  /** To the channel. */
  readonly ticket?: string
}

/** New ones, since tickets live for a minute. */
export async function credentialsOf(running: RunningLivePoll, caller: Caller): Promise<Credentials> {
  const call = createHttpClient(running.origin)
  const admit = async (bearer?: string, body?: object) =>
    (await call<VoterAdmission>('POST', '/voters', { ...(bearer && { token: bearer }), body })).body
  switch (caller) {
    case 'nobody':
      return {}
    case 'voter': {
      const { token, ticket } = await admit()
      return { bearer: token, token, ticket }
    }
    case 'other’s owner':
    case 'owner': {
      const bearer = `user:${caller === 'owner' ? owner : stranger}`
      const { token, ticket } = await admit(bearer)
      return { bearer, token, ticket }
    }
    case 'admin key': {
      const { ticket } = await admit(adminKey, { relay: true })
      return { bearer: adminKey, token: adminKey, ticket }
    }
  }
}
