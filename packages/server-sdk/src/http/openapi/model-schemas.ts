import { errors, limits } from '@live-poll/client-sdk/protocol'
import Type from 'typebox'

/*
 * The models of PROTOCOL.md as JSON Schema. A schema with a `title` is one of the document's components: others point
 * to it. `schemas.test.ts` holds each equal to its type.
 */

const moment = Type.String({ format: 'date-time' })
const count = Type.Integer({ minimum: 0 })
const ordinal = Type.Integer({ minimum: 1 })
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const credential = (prefix: string) => Type.String({ pattern: `^${prefix}_`, maxLength: limits.credentialLength })

const pollStates = Type.Enum(['scheduled', 'open', 'closed'])
export const showResults = Type.Enum(['always', 'after-vote', 'after-close', 'organizers'])
export const voterRule = Type.Enum(['anyone', 'account', 'invitation'])
export const choiceId = Type.Integer({ minimum: 1, description: 'Unique within its poll, never used again.' })
export const voteId = Type.String({
  pattern: '^[\\w.:-]+$',
  maxLength: limits.voteIdLength,
  description: 'Chosen by the caller, the same for every repeat of one vote.',
})

const picture = {
  id: Type.String({ pattern: '^i_[\\w-]{22}$' }),
  width: ordinal,
  height: ordinal,
  placeholder: Type.String({ description: 'A `data:` URL to show until the picture is there.' }),
}

export const pollImage = Type.Object(
  {
    ...picture,
    alt: Type.String({ maxLength: limits.altLength }),
    key: Type.Optional(Type.String({ description: 'Lets its holder see it. Only on private polls.' })),
  },
  { title: 'PollImage' },
)

export const storedImage = Type.Object({ ...picture, key: Type.String() }, { title: 'StoredImage' })

export const choice = Type.Object(
  { id: choiceId, label: Type.String({ maxLength: limits.labelLength }), image: Type.Optional(pollImage) },
  { title: 'Choice' },
)

export const results = Type.Object(
  {
    kind: Type.Literal('choose'),
    pollId: Type.String(),
    epoch: ordinal,
    version: count,
    edition: ordinal,
    state: pollStates,
    votes: Type.Array(count, { description: 'In the order of the choices of that edition.' }),
    voters: count,
    voided: Type.Optional(Type.Integer({ minimum: 1, description: 'Ballots that an organizer has taken out.' })),
  },
  { title: 'Results', description: 'Absolute: of two, the one with the higher epoch, then version, is newer.' },
)

export const poll = Type.Object(
  {
    id: Type.String({ pattern: '^[\\w-]{1,64}$' }),
    question: Type.String({ minLength: 1, maxLength: limits.questionLength }),
    image: Type.Optional(pollImage),
    choices: Type.Array(choice, { minItems: limits.minChoices, maxItems: limits.maxChoices }),
    ballot: Type.Object({ kind: Type.Literal('choose'), min: ordinal, max: ordinal }),
    showResults,
    minVoters: orNull(ordinal),
    canChange: Type.Boolean(),
    voters: Type.Array(voterRule, { minItems: 1, description: 'What a voter must have: all of it.' }),
    needsCaptcha: Type.Boolean(),
    isPrivate: Type.Boolean(),
    state: pollStates,
    opensAt: orNull(moment),
    closesAt: orNull(moment),
    createdAt: moment,
    edition: ordinal,
    epoch: ordinal,
    results: orNull(results),
    channelUrl: orNull(Type.String()),
  },
  { title: 'Poll', description: '`results` is null for a viewer who may not see them.' },
)

export const pollPage = Type.Object(
  { polls: Type.Array(poll), next: orNull(Type.String({ description: 'The `cursor` of the next page.' })) },
  { title: 'PollPage' },
)

export const vote = Type.Object(
  { voteId, choices: orNull(Type.Array(choiceId)), revision: ordinal },
  { title: 'Vote', description: '`choices` is null when the vote was retracted.' },
)

export const voteReceipt = Type.Object(
  { voteId, revision: ordinal, epoch: ordinal, duplicate: Type.Optional(Type.Literal(true)) },
  { title: 'VoteReceipt' },
)

const token = credential('lpv')
const ticket = credential('lpt')

export const voterAdmission = Type.Object(
  {
    voterId: Type.String(),
    kind: Type.Enum(['user', 'device', 'invitation']),
    isSession: Type.Boolean(),
    token,
    expiresAt: moment,
    ticket,
    ticketExpiresAt: moment,
  },
  { title: 'VoterAdmission' },
)

export const namedVoter = Type.Object({ id: Type.String(), token, ticket }, { title: 'NamedVoter' })
export const namedVoters = Type.Object({ voters: Type.Array(namedVoter) }, { title: 'NamedVoters' })
export const relayAdmission = Type.Object({ ticket }, { title: 'RelayAdmission' })

export const invitation = Type.Object({ id: Type.String(), code: Type.String() }, { title: 'Invitation' })
export const invitationCounts = Type.Object(
  { created: count, used: count, revoked: count },
  { title: 'InvitationCounts' },
)

export const voidFilter = Type.Object(
  {
    voterKeys: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\w-]{22}$' }), { minItems: 1, maxItems: limits.voidedKeys }),
    ),
    choices: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
        minItems: 1,
        maxItems: limits.maxChoices,
      }),
    ),
    acceptedFrom: Type.Optional(moment),
    acceptedBefore: Type.Optional(moment),
  },
  { title: 'VoidFilter', additionalProperties: false, minProperties: 1 },
)

export const voidOutcome = Type.Object({ voided: count }, { title: 'VoidOutcome' })
export const erasureOutcome = Type.Object({ polls: count }, { title: 'ErasureOutcome' })

export const auditEntry = Type.Object(
  {
    id: Type.String(),
    at: moment,
    action: Type.Enum(['void', 'erase']),
    actor: orNull(Type.String()),
    reason: Type.String(),
    votes: count,
    filter: orNull(voidFilter),
  },
  { title: 'AuditEntry' },
)

export const account = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    name: Type.String(),
    role: Type.Enum(['voter', 'organizer']),
  },
  { title: 'Account' },
)

const issue = Type.Object({ path: Type.String(), message: Type.String() }, { title: 'Issue' })

const errorCode = Type.Enum(Object.keys(errors) as (keyof typeof errors)[], { title: 'ErrorCode' })

export const errorBody = Type.Object(
  {
    error: Type.Object({
      code: errorCode,
      message: Type.String(),
      requestId: Type.String(),
      issues: Type.Optional(Type.Array(issue)),
      retryAfter: Type.Optional(Type.Number({ minimum: 0, description: 'Milliseconds.' })),
      revision: Type.Optional(count),
      vote: Type.Optional(vote),
      epoch: Type.Optional(ordinal),
      voteId: Type.Optional(voteId),
    }),
  },
  { title: 'ErrorBody' },
)
