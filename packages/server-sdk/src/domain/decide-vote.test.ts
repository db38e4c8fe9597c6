import { describe, expect, it } from 'vitest'
import { decideVote, type InvitationRow, type VoteOp, type VoteRow } from './decide-vote.ts'

type RulesAtLock = NonNullable<Parameters<typeof decideVote>[1]>

const noon = new Date('2026-06-01T12:00:00Z')
const before = new Date(noon.getTime() - 1)
const after = new Date(noon.getTime() + 1)

const rules: RulesAtLock = { plan: 3, epoch: 2, canChange: true, opensAt: null, closesAt: null, closedAt: null }
const op: VoteOp = {
  pollId: 'p',
  voterKey: 'ann',
  voteId: 'new',
  plan: 3,
  ballot: [1],
  revision: undefined,
  epoch: undefined,
}
const row: VoteRow = { ballot: [1], revision: 4, voteId: 'last' }
const repeat: Partial<VoteOp> = { voteId: 'last', ballot: [1] }

/** One case: what differs from an open poll, a voter who never voted, and a first vote. */
interface Case {
  readonly op?: Partial<VoteOp>
  readonly rules?: Partial<RulesAtLock> | 'gone'
  readonly row?: Partial<VoteRow>
  readonly now?: Date
  /** What differs from an invitation of the poll that nobody has used. */
  readonly invitation?: Partial<InvitationRow> | 'unknown'
  readonly answer: object
}

const unused: InvitationRow = { pollId: 'p', usedBy: null, isRevoked: false }

function decide({ op: changes, rules: poll, row: held, now = noon, invitation = 'unknown' }: Case) {
  return decideVote(
    { ...op, ...changes },
    poll === 'gone' ? undefined : { ...rules, ...poll },
    held && { ...row, ...held },
    now,
    invitation === 'unknown' ? undefined : { ...unused, ...invitation },
  )
}

const refused = (code: string, details = {}) => ({ kind: 'refused', code, ...details })

describe('decideVote', () => {
  it.each<[string, Case]>([
    ['accepts a first vote', { answer: { kind: 'accepted', row: { ballot: [1], revision: 1, voteId: 'new' } } }],
    [
      'accepts a change, one revision on',
      { row: {}, op: { ballot: [2] }, answer: { kind: 'accepted', row: { ballot: [2], revision: 5, voteId: 'new' } } },
    ],
    [
      'accepts the same choices again under a new id as a new vote',
      { row: {}, answer: { kind: 'accepted', row: { ballot: [1], revision: 5, voteId: 'new' } } },
    ],
    [
      'accepts a retraction and keeps the revision rising',
      {
        row: {},
        op: { ballot: null },
        answer: { kind: 'accepted', row: { ballot: null, revision: 5, voteId: 'new' } },
      },
    ],
    [
      'accepts a vote after a retraction',
      { row: { ballot: null }, answer: { kind: 'accepted', row: { ballot: [1], revision: 5, voteId: 'new' } } },
    ],
    ['accepts the revision that stands', { row: {}, op: { revision: 4 }, answer: { kind: 'accepted' } }],
    ['accepts revision 0 of a first vote', { op: { revision: 0 }, answer: { kind: 'accepted' } }],
    ['accepts the current epoch', { op: { epoch: 2 }, answer: { kind: 'accepted' } }],

    ['refuses a vote in a poll that is gone', { rules: 'gone', answer: refused('POLL_NOT_FOUND') }],
    ['sends back what another plan prepared', { op: { plan: 2 }, answer: { kind: 'stale' } }],
    [
      'refuses another epoch and names the current one',
      { op: { epoch: 1 }, answer: refused('EPOCH_CHANGED', { epoch: 2 }) },
    ],
    ['knows a repeat', { row: {}, op: repeat, answer: { kind: 'duplicate', revision: 4, epoch: 2 } }],
    [
      'knows a repeated retraction',
      { row: { ballot: null }, op: { ...repeat, ballot: null }, answer: { kind: 'duplicate', revision: 4, epoch: 2 } },
    ],
    [
      'refuses an id that stands for other choices',
      { row: {}, op: { ...repeat, ballot: [2] }, answer: refused('VOTE_ID_REUSED', { revision: 4 }) },
    ],
    [
      'refuses an id that stands for a vote, not a retraction',
      { row: {}, op: { ...repeat, ballot: null }, answer: refused('VOTE_ID_REUSED', { revision: 4 }) },
    ],
    ['refuses before opening', { rules: { opensAt: after }, answer: refused('POLL_NOT_OPEN') }],
    ['takes votes from the opening time on', { rules: { opensAt: noon }, answer: { kind: 'accepted' } }],
    ['takes votes until the closing time', { rules: { closesAt: after }, answer: { kind: 'accepted' } }],
    [
      'refuses from the closing time on, before anyone has written it',
      { rules: { closesAt: noon }, answer: refused('POLL_CLOSED') },
    ],
    ['refuses once closed, whatever the clock says', { rules: { closedAt: after }, answer: refused('POLL_CLOSED') }],
    [
      'refuses a second vote where changes are off',
      {
        rules: { canChange: false },
        row: {},
        answer: refused('ALREADY_VOTED', { revision: 4, vote: { voteId: 'last', choices: [1], revision: 4 } }),
      },
    ],
    [
      'refuses a retraction where changes are off',
      { rules: { canChange: false }, row: {}, op: { ballot: null }, answer: refused('ALREADY_VOTED', { revision: 4 }) },
    ],
    ['takes a first vote where changes are off', { rules: { canChange: false }, answer: { kind: 'accepted' } }],
    [
      'takes a vote after a retraction where changes were turned off since',
      { rules: { canChange: false }, row: { ballot: null }, answer: { kind: 'accepted' } },
    ],
    [
      'refuses a stale revision and shows the vote that stands',
      {
        row: {},
        op: { revision: 3 },
        answer: refused('REVISION_CONFLICT', { revision: 4, vote: { voteId: 'last', choices: [1], revision: 4 } }),
      },
    ],
    [
      'refuses a stale revision and shows that the vote was taken back',
      {
        row: { ballot: null },
        op: { revision: 3 },
        answer: refused('REVISION_CONFLICT', { revision: 4, vote: { voteId: 'last', choices: null, revision: 4 } }),
      },
    ],
    [
      'refuses a revision of a vote never cast',
      { op: { revision: 1 }, answer: refused('REVISION_CONFLICT', { revision: 0 }) },
    ],
    ['refuses to retract what was never cast', { op: { ballot: null }, answer: refused('NOT_FOUND') }],
  ])('%s', (_, given) => {
    expect(decide(given)).toMatchObject(given.answer)
  })

  // Each line also breaks every rule below it: the first that applies is the answer.
  it.each<[string, Case]>([
    [
      'plan',
      {
        op: { ...repeat, plan: 2, epoch: 1, ballot: [2] },
        row: {},
        rules: { closedAt: before },
        answer: { kind: 'stale' },
      },
    ],
    [
      'epoch',
      {
        op: { ...repeat, epoch: 1, ballot: [2] },
        row: {},
        rules: { closedAt: before },
        answer: refused('EPOCH_CHANGED'),
      },
    ],
    [
      'duplicate, also after the close',
      {
        op: { ...repeat, revision: 0 },
        row: {},
        rules: { closedAt: before, canChange: false },
        answer: { kind: 'duplicate' },
      },
    ],
    [
      'duplicate, also where it was due',
      { op: repeat, row: {}, rules: { closesAt: before }, answer: { kind: 'duplicate' } },
    ],
    [
      'vote id',
      { op: { ...repeat, ballot: [2] }, row: {}, rules: { closedAt: before }, answer: refused('VOTE_ID_REUSED') },
    ],
    [
      'closed',
      {
        op: { revision: 0 },
        row: {},
        rules: { closedAt: before, opensAt: after, canChange: false },
        answer: refused('POLL_CLOSED'),
      },
    ],
    [
      'not open',
      { op: { revision: 0 }, row: {}, rules: { opensAt: after, canChange: false }, answer: refused('POLL_NOT_OPEN') },
    ],
    ['changes off', { op: { revision: 0 }, row: {}, rules: { canChange: false }, answer: refused('ALREADY_VOTED') }],
    ['revision', { op: { ballot: null, revision: 7 }, answer: refused('REVISION_CONFLICT') }],
  ])('asks in order: %s', (_, given) => {
    expect(decide(given)).toMatchObject(given.answer)
  })

  const invited: Partial<VoteOp> = { invitation: 'inv' }
  it.each<[string, Case]>([
    ['accepts the first use of an invitation', { op: invited, invitation: {}, answer: { kind: 'accepted' } }],
    [
      'accepts a change by who has used it',
      { op: { ...invited, ballot: [2] }, row: {}, invitation: { usedBy: 'ann' }, answer: { kind: 'accepted' } },
    ],
    [
      'accepts a retraction by who has used it',
      { op: { ...invited, ballot: null }, row: {}, invitation: { usedBy: 'ann' }, answer: { kind: 'accepted' } },
    ],
    ['asks for none where none is needed', { invitation: { isRevoked: true }, answer: { kind: 'accepted' } }],
    ['refuses one that there is not', { op: invited, answer: refused('INVITATION_INVALID') }],
    [
      'refuses one of another poll, used or not',
      { op: invited, invitation: { pollId: 'q', usedBy: 'bob' }, answer: refused('INVITATION_INVALID') },
    ],
    [
      'refuses one that is revoked, also to who has used it',
      { op: invited, row: {}, invitation: { usedBy: 'ann', isRevoked: true }, answer: refused('INVITATION_INVALID') },
    ],
    [
      'refuses one that another has used',
      { op: invited, invitation: { usedBy: 'bob' }, answer: refused('INVITATION_USED') },
    ],
    [
      'refuses one that another has used to who has a vote by another one',
      { op: invited, row: {}, invitation: { usedBy: 'bob' }, answer: refused('INVITATION_USED') },
    ],
  ])('of invitations %s', (_, given) => {
    expect(decide(given)).toMatchObject(given.answer)
  })

  // Whatever has become of the invitation since, what was accepted with it is answered as before.
  it.each<[string, Partial<InvitationRow> | 'unknown']>([
    ['gone', 'unknown'],
    ['revoked', { usedBy: 'ann', isRevoked: true }],
    ['said to be used by another', { usedBy: 'bob' }],
  ])('knows a repeat whose invitation is %s', (_, invitation) => {
    expect(decide({ op: { ...invited, ...repeat }, row: {}, invitation, answer: {} })).toEqual({
      ...{ kind: 'duplicate', revision: 4, epoch: 2 },
    })
  })

  it.each<[string, Case]>([
    ['plan', { op: { ...invited, plan: 2 }, answer: { kind: 'stale' } }],
    ['epoch', { op: { ...invited, epoch: 1 }, answer: refused('EPOCH_CHANGED') }],
    ['closed', { op: invited, rules: { closedAt: before }, answer: refused('POLL_CLOSED') }],
    ['not open', { op: invited, rules: { opensAt: after }, answer: refused('POLL_NOT_OPEN') }],
    [
      'then the invitation, before changes off',
      { op: invited, row: {}, rules: { canChange: false }, answer: refused('INVITATION_INVALID') },
    ],
    [
      'then the invitation, before the revision',
      { op: { ...invited, revision: 9 }, row: {}, invitation: { usedBy: 'bob' }, answer: refused('INVITATION_USED') },
    ],
    [
      'then the invitation, before there is nothing to retract',
      { op: { ...invited, ballot: null }, answer: refused('INVITATION_INVALID') },
    ],
  ])('asks in order: %s', (_, given) => {
    expect(decide(given)).toMatchObject(given.answer)
  })

  describe('of a vote that an organizer has taken out', () => {
    const voided: Partial<VoteRow> = { isVoided: true, ballot: null }

    it.each<[string, Partial<VoteOp>]>([
      ['another one', {}],
      ['another one, at the revision that stands', { revision: 4 }],
      ['a retraction', { ballot: null }],
      ['a repeat of it', repeat],
      ['a repeat that would be a retraction', { ...repeat, ballot: null }],
      ['one with an invitation', invited],
    ])('refuses %s, open or closed', (_, op) => {
      for (const rules of [{}, { closedAt: before }, { canChange: false }]) {
        expect(decide({ op, rules, row: voided, answer: {} })).toEqual(refused('VOTE_REFUSED', { revision: 4 }))
      }
    })

    it('says first that the plan or the epoch is another', () => {
      expect(decide({ op: { plan: 2 }, row: voided, answer: {} })).toEqual({ kind: 'stale' })
      expect(decide({ op: { epoch: 1 }, row: voided, answer: {} })).toEqual(refused('EPOCH_CHANGED', { epoch: 2 }))
    })
  })
})
