import type { ErrorCode } from '../protocol/error-code.ts'
import { pollError } from '../protocol/errors.ts'
import type { Poll, PollState, Results, Vote, VoteReceipt } from '../protocol/models.ts'
import type { ErrorDetails } from '../protocol/poll-error.ts'

/** One vote as a voter sends it. */
export interface FakeVote {
  readonly voteId: string
  /** Null takes it back. */
  readonly choices: readonly number[] | null
  readonly revision?: number | undefined
  readonly epoch?: number | undefined
}

/** One poll and its votes, counted by the rules of the protocol. */
export interface FakeBox {
  /** As an organizer sees it. */
  poll(): Poll & { readonly results: Results }
  /** As this voter may see it; null: anyone. */
  pollFor(voter: string | null): Poll
  vote(voter: string | null): Vote | null
  /** @throws PollError as the real box refuses */
  take(voter: string, vote: FakeVote): VoteReceipt
  /** Makes the counts these; votes cast later come on top. */
  setCounts(votes: readonly number[], voters?: number): void
  setState(state: 'open' | 'closed'): void
}

/** @param base without results; its state follows from the times, and from what `setState` says */
export function createFakeBox(base: Poll): FakeBox {
  const rows = new Map<string, Vote>()
  const ids = base.choices.map(({ id }) => id)
  let crowd = { votes: ids.map(() => 0), voters: 0 }
  let times = { opensAt: base.opensAt, closesAt: base.closesAt }
  let isClosed = false
  let version = 0
  let isRevealed = base.minVoters === null

  function state(): PollState {
    const now = Date.now()
    if (isClosed || (times.closesAt !== null && Date.parse(times.closesAt) <= now)) return 'closed'
    return times.opensAt !== null && Date.parse(times.opensAt) > now ? 'scheduled' : 'open'
  }

  function cast() {
    const ballots = [...rows.values()].flatMap(({ choices }) => (choices ? [choices] : []))
    return { votes: ids.map((id) => ballots.filter((ballot) => ballot.includes(id)).length), voters: ballots.length }
  }

  function results(): Results {
    const counted = cast()
    const votes = counted.votes.map((count, index) => count + (crowd.votes[index] ?? 0))
    const voters = counted.voters + crowd.voters
    const { id: pollId, epoch, edition } = base
    return { kind: 'choose', pollId, epoch, version, edition, state: state(), votes, voters }
  }

  function changed(): void {
    version++
    isRevealed ||= results().voters >= (base.minVoters ?? 0)
  }

  function poll(): Poll & { readonly results: Results } {
    return { ...base, ...times, state: state(), results: results() }
  }

  function maySee(voter: string | null): boolean {
    if (!isRevealed) return false
    if (base.showResults === 'always') return true
    if (base.showResults === 'organizers') return false
    if (state() === 'closed') return true
    return base.showResults === 'after-vote' && voter !== null && Boolean(rows.get(voter)?.choices)
  }

  function checkBallot(choices: readonly number[]): void {
    const { min, max } = base.ballot
    const isKnown = choices.every((id) => ids.includes(id)) && new Set(choices).size === choices.length
    if (isKnown && choices.length >= min && choices.length <= max) return
    const message = isKnown ? `Choose ${min} to ${max} of the choices.` : 'Choose from the choices of the poll.'
    throw pollError('INVALID', { issues: [{ path: 'choices', message }] })
  }

  return {
    poll,
    pollFor: (voter) => (maySee(voter) ? poll() : { ...poll(), results: null }),
    vote: (voter) => (voter === null ? null : (rows.get(voter) ?? null)),
    take(voter, { voteId, choices: given, revision, epoch }) {
      const row = rows.get(voter)
      const choices = given && [...given].sort((a, b) => a - b)
      if (choices) checkBallot(choices)
      if (epoch !== undefined && epoch !== base.epoch) throw pollError('EPOCH_CHANGED', { epoch: base.epoch })
      if (row?.voteId === voteId) {
        if (`${row.choices}` !== `${choices}`) throw pollError('VOTE_ID_REUSED', { revision: row.revision })
        return { voteId, revision: row.revision, epoch: base.epoch, duplicate: true }
      }
      const refused = refusal(row, choices, revision)
      if (refused) throw pollError(...refused)
      const next = { voteId, choices, revision: (row?.revision ?? 0) + 1 }
      rows.set(voter, next)
      changed()
      return { voteId, revision: next.revision, epoch: base.epoch }
    },
    setCounts(votes, voters = votes.reduce((sum, count) => sum + count, 0)) {
      if (votes.length !== ids.length) throw new RangeError(`Send ${ids.length} counts, one a choice.`)
      const counted = cast()
      crowd = {
        votes: votes.map((count, index) => count - (counted.votes[index] ?? 0)),
        voters: voters - counted.voters,
      }
      changed()
    },
    setState(next) {
      if (next === 'closed') isClosed = true
      else times = { ...times, opensAt: new Date().toISOString() }
      version++
    },
  }

  /** The order of the checks is the protocol's. */
  function refusal(
    row: Vote | undefined,
    choices: readonly number[] | null,
    revision: number | undefined,
  ): [ErrorCode, ErrorDetails?] | undefined {
    const standing = { revision: row?.revision ?? 0, ...(row && { vote: row }) }
    if (state() === 'closed') return ['POLL_CLOSED']
    if (state() === 'scheduled') return ['POLL_NOT_OPEN']
    if (row?.choices && !base.canChange) return ['ALREADY_VOTED', standing]
    if (revision !== undefined && revision !== standing.revision) return ['REVISION_CONFLICT', standing]
    if (!row && choices === null) return ['NOT_FOUND']
    return undefined
  }
}
