import { decodeVoteInput, isVoteId, pollError } from '@live-poll/client-sdk/protocol'
import type { CastVote } from '../actions/cast-vote.ts'
import type { ReadVote } from '../actions/read-vote.ts'
import type { MayView } from '../identity/may-view.ts'
import type { VoterPass } from '../identity/tokens.ts'
import type { Access, AccessParts } from './access.ts'
import { readJson } from './read-json.ts'
import { json } from './respond.ts'
import { invalid, pollId, type Route } from './route.ts'

export interface VoteRouteParts {
  readonly access: Access
  readonly castVote: CastVote
  readonly readVote: ReadVote
  readonly mayView: MayView
  readonly findPoll: AccessParts['findPoll']
}

/** The own vote in a poll. */
export function createVoteRoutes({ access, ...parts }: VoteRouteParts): readonly Route[] {
  return [
    {
      method: 'PUT',
      path: '/polls/:id/vote',
      actions: ['castVote'],
      load: 'vote',
      async handle(request, params) {
        const pass = await access.requireVoter(request)
        const input = decodeVoteInput(await readJson(request))
        if (!input.ok) throw pollError(input.code, { issues: input.issues })
        return json(200, await parts.castVote({ pollId: pollId(params), ...asCaster(pass), ...input.value }))
      },
    },
    {
      method: 'DELETE',
      path: '/polls/:id/vote',
      actions: ['castVote'],
      load: 'vote',
      async handle(request, params) {
        const { query } = request
        const caster = asCaster(await access.requireVoter(request))
        const voteId = query.get('voteId')
        if (!isVoteId(voteId)) throw invalid('voteId', 'Send a vote id of your own making.')
        const revision = counter(query, 'revision')
        const epoch = counter(query, 'epoch')
        return json(
          200,
          await parts.castVote({ pollId: pollId(params), ...caster, voteId, choices: null, revision, epoch }),
        )
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/vote',
      actions: ['readVote'],
      load: 'watch',
      async handle(request, params) {
        const pass = await access.requireVoter(request)
        const id = pollId(params)
        const poll = await parts.findPoll(id)
        if (!poll || !(await parts.mayView(poll, { pass }))) throw pollError('POLL_NOT_FOUND')
        const vote = await parts.readVote(id, pass)
        if (!vote) throw pollError('NOT_FOUND', {}, 'You have not voted in this poll.')
        return json(200, vote)
      },
    },
  ]
}

function asCaster({ session: _, ...admitted }: VoterPass) {
  return admitted
}

function counter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,15}$/.test(text)) throw invalid(name, 'Send a whole number, or leave it out.')
  return Number(text)
}
