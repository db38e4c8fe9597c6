import type { CreateInvitations } from '../actions/create-invitations.ts'
import type { CountInvitations, RevokeInvitation } from '../actions/manage-invitations.ts'
import type { Access } from './access.ts'
import { readJson } from './read-json.ts'
import { json } from './respond.ts'
import { noContent, pollId, type Route } from './route.ts'

export interface InvitationRouteParts {
  readonly access: Access
  readonly createInvitations: CreateInvitations
  readonly countInvitations: CountInvitations
  readonly revokeInvitation: RevokeInvitation
}

/** A poll's invitations. */
export function createInvitationRoutes({ access, ...parts }: InvitationRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/polls/:id/invitations',
      actions: ['createInvitations'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'createInvitations', params.id)
        const idempotencyKey = request.headers.get('idempotency-key') ?? undefined
        const input = await readJson(request)
        return json(201, { invitations: await parts.createInvitations(pollId(params), input, { idempotencyKey }) })
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/invitations',
      actions: ['countInvitations'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'countInvitations', params.id)
        return json(200, await parts.countInvitations(pollId(params)))
      },
    },
    {
      method: 'DELETE',
      path: '/polls/:id/invitations/:invitation',
      actions: ['revokeInvitation'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'revokeInvitation', params.id)
        await parts.revokeInvitation(pollId(params), params.invitation ?? '')
        return noContent
      },
    },
  ]
}
