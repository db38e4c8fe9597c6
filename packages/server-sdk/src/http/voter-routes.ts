import { limits } from '@live-poll/client-sdk/protocol'
import type { AdmitVoter } from '../actions/admit-voter.ts'
import type { Access } from './access.ts'
import type { HttpRequest } from './http-message.ts'
import { readJson } from './read-json.ts'
import { json } from './respond.ts'
import { invalid, type Route } from './route.ts'

export interface VoterRouteParts {
  readonly access: Access
  readonly admitVoter: AdmitVoter
  /** Names the network of a request, without telling it. */
  readonly nameNetwork: (request: HttpRequest) => string
}

/** Room for all the voters one request may name, each character in its longest JSON form. */
const votersBytes = limits.namedVoters * (limits.voterLength * 6 + 3)

/** Becoming a voter. */
export function createVoterRoutes({ access, admitVoter, nameNetwork }: VoterRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/voters',
      actions: ['admitVoter', 'nameVoters', 'createRelay'],
      load: 'watch',
      async handle(request) {
        const input = readVotersInput(await readJson(request, { whenEmpty: {}, maxBytes: votersBytes }))
        const { voters, relay, ...own } = input
        const extra = Object.keys(own)[0]
        if (relay !== undefined || voters !== undefined) {
          await access.requireOrganizer(request, relay === undefined ? 'nameVoters' : 'createRelay')
          if (extra !== undefined) throw invalid(extra, 'This field is not known.')
          if (relay === undefined) return json(200, admitVoter.named(voters))
          if (relay !== true) throw invalid('relay', 'Send true.')
          if (voters !== undefined) throw invalid('voters', 'Ask for voters or for a relay.')
          return json(200, admitVoter.relay())
        }
        const pass = await access.findVoter(request)
        const origin = request.headers.get('origin')
        return json(200, await admitVoter.admit({ pass, origin, network: nameNetwork(request), input: own }))
      },
    },
  ]
}

function readVotersInput(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid('', 'Send {}, {"invitation":"..."}, {"voters":["user-17"]} or {"relay":true}.')
  }
  return input as Record<string, unknown>
}
