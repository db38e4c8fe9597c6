import { type PollError, pollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import type { DecidedVote } from '../ballot-box/group-commit.ts'
import type { PreparedPoll } from '../ballot-box/poll-facts.ts'
import type { VoteRequest } from '../ballot-box/prepare-vote.ts'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PollRules } from '../domain/poll.ts'
import type { AcceptedVote, VoteToCast } from '../ports/hooks.ts'
import { createSubmitVote } from './cast-vote.ts'

const choices = [1, 2].map((id) => ({ id, label: `Choice ${id}` }))

/** A poll in memory, and a box that decides at once. @param withHooks without, the host has none */
function createSetup(rules: Partial<PollRules> = {}, outcomes: readonly DecidedVote[] = [], withHooks = true) {
  const poll: PreparedPoll = {
    rules: pollFacts({ choices, ballot: { kind: 'choose', min: 1, max: 2 }, ...rules }),
    voterKeys: new Uint8Array(32),
  }
  const done: string[] = []
  const asked: VoteToCast[] = []
  const accepted: AcceptedVote[] = []
  let refusal: PollError | undefined
  const left = [...outcomes]
  const submit = createSubmitVote(
    { get: async () => poll, known: () => poll, drop() {} },
    {
      cast({ voteId }, caster) {
        done.push(`cast ${voteId}`)
        caster.decided(left.shift() ?? { kind: 'accepted', revision: 1, epoch: 1 })
      },
    },
    { markDirty() {} },
    async () => true,
    { count() {}, countBy: (_, code) => void done.push(`counted ${code}`) },
    withHooks
      ? {
          gate: {
            ask(vote, _, answer) {
              asked.push(vote)
              answer(refusal)
            },
          },
          accepted(vote) {
            done.push('told')
            accepted.push(vote)
          },
        }
      : {},
  )
  const voting = {
    receipt: ({ revision, duplicate }: VoteReceipt) =>
      void done.push(`receipt ${revision}${duplicate ? ' again' : ''}`),
    failed: (error: unknown) => void done.push(`failed ${(error as PollError).code}`),
  }
  return {
    ...{ done, asked, accepted },
    submit: (request: Partial<VoteRequest> = {}) =>
      submit({ pollId: 'p', voter: { kind: 'user', id: 'ada' }, voteId: 'v', choices: [1], ...request }, voting),
    refuse(code: PollError['code']) {
      refusal = pollError(code)
    },
  }
}

it('without hooks a vote is with its box when the call returns', () => {
  const { submit, done } = createSetup({}, [], false)
  submit()
  expect(done).toEqual(['cast v', 'receipt 1'])
})

it('asks about a vote as its box would get it, and tells of it after the answer', () => {
  const { submit, asked, accepted, done } = createSetup({}, [{ kind: 'accepted', revision: 3, epoch: 2 }])
  submit({ choices: [2, 1], revision: 2, epoch: 2 })
  const vote = { pollId: 'p', voteId: 'v', choices: [1, 2], voter: { kind: 'user', id: 'ada' } }
  expect(asked).toEqual([{ ...vote, revision: 2, epoch: 2 }])
  expect(accepted).toEqual([{ ...vote, revision: 3, epoch: 2 }])
  expect(done).toEqual(['cast v', 'receipt 3', 'told'])
})

it('casts nothing that is refused, and counts it by its code', () => {
  const { submit, refuse, done } = createSetup()
  refuse('VOTE_REFUSED')
  submit()
  expect(done).toEqual(['counted VOTE_REFUSED', 'failed VOTE_REFUSED'])
})

it('does not ask about what does not fit', async () => {
  const { submit, asked, done } = createSetup()
  submit({ choices: [9] })
  await new Promise(setImmediate)
  expect([asked, done]).toEqual([[], ['counted INVALID', 'failed INVALID']])
})

it('asks once, however often a vote is prepared', () => {
  const { submit, asked, done } = createSetup({}, [{ kind: 'stale' }, { kind: 'stale' }])
  submit()
  expect(asked).toHaveLength(1)
  expect(done).toEqual(['cast v', 'cast v', 'cast v', 'receipt 1', 'told'])
})

it('tells of what is accepted, and of nothing else', () => {
  const { submit, accepted } = createSetup({}, [
    { kind: 'duplicate', revision: 1, epoch: 1 },
    { kind: 'refused', code: 'POLL_CLOSED' },
  ])
  submit()
  submit()
  expect(accepted).toEqual([])
  submit({ choices: null })
  expect(accepted).toMatchObject([{ choices: null }])
})

it.each<[string, Partial<PollRules>, Partial<VoteRequest>, VoteToCast['voter']]>([
  ['a device', {}, { voter: { kind: 'device', id: 'd' } }, { kind: 'device' }],
  ['a user', {}, {}, { kind: 'user', id: 'ada' }],
  [
    'the holder of a code',
    { voters: ['invitation'] },
    { voter: { kind: 'invitation', id: 'i' } },
    { kind: 'invitation' },
  ],
  ['a user whose ballot is the code’s', { voters: ['invitation'] }, { invitation: 'i' }, { kind: 'invitation' }],
  ['a user with a code', { voters: ['account', 'invitation'] }, { invitation: 'i' }, { kind: 'user', id: 'ada' }],
])('names no voter but users: %s', (_, rules, request, voter) => {
  const { submit, asked, accepted } = createSetup(rules)
  submit(request)
  expect([asked[0]?.voter, accepted[0]?.voter]).toEqual([voter, voter])
})

it('shows a copy: what a hook does to it changes no vote', () => {
  const { submit, asked, accepted } = createSetup()
  const given = [1, 2]
  submit({ choices: given })
  for (const { choices: shown } of asked) (shown as number[]).pop()
  expect([given, accepted[0]?.choices]).toEqual([
    [1, 2],
    [1, 2],
  ])
})
