import { limits } from '@live-poll/client-sdk/protocol'
import type { EraseVoter } from '../actions/erase-voter.ts'
import type { ReadAudit } from '../actions/read-audit.ts'
import type { VoidVotes } from '../actions/void-votes.ts'
import type { Access } from './access.ts'
import { readJson } from './read-json.ts'
import { json } from './respond.ts'
import { invalid, type Params, pollId, type Route } from './route.ts'

export interface AuditRouteParts {
  readonly access: Access
  readonly voidVotes: VoidVotes
  readonly readAudit: ReadAudit
  readonly eraseVoter: EraseVoter
}

/** Room for all the keys one request may name, besides what any body may hold. */
const voidBytes = limits.bodyBytes + limits.voidedKeys * 32

/** Taking votes out, what is written down of it, and forgetting a voter. */
export function createAuditRoutes({ access, ...parts }: AuditRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/polls/:id/void',
      actions: ['voidVotes'],
      async handle(request, params) {
        const actor = await access.requireOrganizer(request, 'voidVotes', params.id)
        const input = await readJson(request, { maxBytes: voidBytes })
        return json(200, await parts.voidVotes(pollId(params), input, { actor }))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/audit',
      actions: ['readAudit'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'readAudit', params.id)
        return json(200, { entries: await parts.readAudit(pollId(params)) })
      },
    },
    {
      method: 'DELETE',
      path: '/voters/:voter',
      actions: ['eraseVoter'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'eraseVoter')
        return json(200, await parts.eraseVoter({ user: voterName(params) }))
      },
    },
  ]
}

/** A voter's id may hold any character: in an address they are percent-encoded. */
function voterName(params: Params): string {
  try {
    return decodeURIComponent(params.voter ?? '')
  } catch {
    throw invalid('user', 'Send the id of the voter in UTF-8, percent-encoded.')
  }
}
