import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { samplePoll, sampleResults } from '../test/fake-server.ts'
import { type HeldPoll, holdVote, nothingHeld, reducePoll } from './poll-state.ts'
import { isNewer, stateOrder } from './protocol/is-newer.ts'
import type { PollMessage, ServerMessage } from './protocol/messages.ts'
import type { PollState } from './protocol/models.ts'

/** A poll as the server has it at one moment. Its versions are its own: a reset starts them anew. */
interface Moment {
  readonly epoch: number
  readonly edition: number
  readonly version: number
  readonly state: PollState
  /** Votes on each choice; an edit adds one. */
  readonly votes: readonly number[]
}

const start: Moment = { epoch: 1, edition: 1, version: 0, state: 'scheduled', votes: [0, 0] }

const changes: Record<string, (now: Moment) => Moment> = {
  open: (now) => (now.state === 'scheduled' ? { ...now, state: 'open' } : now),
  vote: (now) => ({
    ...now,
    version: now.version + 1,
    votes: now.votes.map((count, i) => (i === 0 ? count + 1 : count)),
  }),
  edit: (now) => ({ ...now, edition: now.edition + 1, version: now.version + 1, votes: [...now.votes, 0] }),
  close: (now) => (now.state === 'closed' ? now : { ...now, state: 'closed', version: now.version + 1 }),
  reset: (now) => ({ ...now, epoch: now.epoch + 1, version: 0, state: 'open', votes: now.votes.map(() => 0) }),
}

function resultsOf({ votes, ...moment }: Moment) {
  return sampleResults({ ...moment, votes, voters: votes.reduce((sum, count) => sum + count, 0) })
}

function pollMessage(moment: Moment): PollMessage {
  const { epoch, edition, state, votes } = moment
  const choices = votes.map((_, index) => ({ id: index + 1, label: `Choice ${index + 1}` }))
  return { type: 'poll', poll: samplePoll({ epoch, edition, state, choices, results: resultsOf(moment) }), vote: null }
}

function frames(moment: Moment): ServerMessage[] {
  const { epoch, edition, state } = moment
  const whole = pollMessage(moment)
  return [
    whole,
    { ...whole, poll: { ...whole.poll, results: null } },
    { type: 'results', ...resultsOf(moment) },
    { type: 'state', pollId: 'lunch', epoch, edition, state },
  ]
}

/** A history, and its frames as a bad line delivers them: some lost, some twice, in any order. */
const history = fc
  .array(fc.constantFrom('open', 'vote', 'vote', 'vote', 'edit', 'close', 'reset'), { minLength: 1, maxLength: 12 })
  .map((names) => {
    const moments = [start]
    for (const name of names) moments.push(step(newest(moments), name))
    return moments
  })

function step(now: Moment, name: string): Moment {
  return changes[name]?.(now) ?? now
}

function delivered(moments: readonly Moment[], surely: readonly ServerMessage[]) {
  const all = moments.flatMap(frames)
  return fc.array(fc.nat(all.length - 1), { maxLength: 2 * all.length }).chain((indexes) => {
    const arrived = [...indexes.flatMap((index) => all[index] ?? []), ...surely]
    return fc.shuffledSubarray(arrived, { minLength: arrived.length })
  })
}

function newest(moments: readonly Moment[]): Moment {
  return moments.at(-1) ?? start
}

function shows({ poll, results }: HeldPoll, moment: Moment): void {
  expect(poll).toEqual(pollMessage(moment).poll)
  expect(results).toEqual(resultsOf(moment))
}

describe('reducePoll', () => {
  it('never shows an older state, whatever is lost, repeated or late', () => {
    const runs = history.chain((moments) => delivered(moments, []))
    fc.assert(
      fc.property(runs, (messages) => {
        let held = nothingHeld
        for (const message of messages) {
          const next = reducePoll(held, message)
          if (held.poll) {
            expect(next.poll?.epoch).toBeGreaterThanOrEqual(held.poll.epoch)
            if (next.poll?.epoch === held.poll.epoch) {
              expect(stateOrder[next.poll.state]).toBeGreaterThanOrEqual(stateOrder[held.poll.state])
              expect(next.poll.edition).toBeGreaterThanOrEqual(held.poll.edition)
            }
          }
          if (held.results && next.results) expect(isNewer(held.results, next.results)).toBe(false)
          held = next
        }
      }),
    )
  })

  it('draws results only on the choices they are for', () => {
    const runs = history.chain((moments) => delivered(moments, []))
    fc.assert(
      fc.property(runs, (messages) => {
        let held = nothingHeld
        for (const message of messages) {
          held = reducePoll(held, message)
          expect(held.poll?.results ?? null).toBe(held.results)
          if (held.results) {
            expect(held.results.edition).toBe(held.poll?.edition)
            expect(held.results.votes).toHaveLength(held.poll?.choices.length ?? 0)
          }
        }
      }),
    )
  })

  it('ends at the newest state once the newest poll is among what arrived', () => {
    const runs = history.chain((moments) =>
      delivered(moments, [pollMessage(newest(moments))]).map((messages) => ({ moments, messages })),
    )
    fc.assert(
      fc.property(runs, ({ moments, messages }) => {
        const held = messages.reduce(reducePoll, nothingHeld)
        shows(held, newest(moments))
        expect(held.ahead).toBeNull()
      }),
    )
  })

  it('ends at the newest results once they and any poll of their edition are among what arrived', () => {
    const runs = history.chain((moments) => {
      const last = newest(moments)
      const sameEdition = moments.find(({ epoch, edition }) => epoch === last.epoch && edition === last.edition) ?? last
      const surely: ServerMessage[] = [pollMessage(sameEdition), { type: 'results', ...resultsOf(last) }]
      return delivered(moments, surely).map((messages) => ({ last, messages }))
    })
    fc.assert(fc.property(runs, ({ last, messages }) => shows(messages.reduce(reducePoll, nothingHeld), last)))
  })

  it('returns the same state when a message changes nothing', () => {
    const moment = step(step(start, 'open'), 'vote')
    const held = reducePoll(nothingHeld, pollMessage(moment))
    const again: ServerMessage = { type: 'results', ...resultsOf(moment) }
    expect(reducePoll(held, again)).toBe(held)
    expect(reducePoll(held, { type: 'state', pollId: 'lunch', epoch: 1, edition: 1, state: 'open' })).toBe(held)
    expect(reducePoll(held, { type: 'pong' })).toBe(held)
  })

  it('does not draw results of an edition it does not hold, until the poll of that edition comes', () => {
    const before = step(start, 'vote')
    const edited = step(before, 'edit')
    const after = step(edited, 'vote')
    const held = reducePoll(nothingHeld, pollMessage(before))
    const ahead = reducePoll(held, { type: 'results', ...resultsOf(after) })
    shows(ahead, before)
    expect(ahead.ahead).not.toBeNull()
    const whole = reducePoll(ahead, pollMessage(edited))
    expect(whole.results).toEqual(resultsOf(after))
    expect(whole.ahead).toBeNull()
  })

  it('follows a poll whose results are hidden by its state frames', () => {
    const hidden: ServerMessage = { type: 'poll', poll: samplePoll(), vote: null }
    const closed: ServerMessage = { type: 'state', pollId: 'lunch', epoch: 1, edition: 1, state: 'closed' }
    const held = [hidden, closed].reduce(reducePoll, nothingHeld)
    expect(held).toMatchObject({ poll: { state: 'closed' }, results: null })
  })

  it('never lets an older answer undo the own vote, but a reset does', () => {
    const vote = { voteId: 'b', choices: [2], revision: 2 }
    const first = reducePoll(nothingHeld, { type: 'poll', poll: samplePoll(), vote })
    expect(reducePoll(first, { type: 'poll', poll: samplePoll(), vote: { ...vote, revision: 1 } }).vote).toEqual(vote)
    expect(reducePoll(first, { type: 'poll', poll: samplePoll(), vote: null }).vote).toEqual(vote)
    expect(reducePoll(first, { type: 'poll', poll: samplePoll({ epoch: 2 }), vote: null }).vote).toBeNull()
  })
})

describe('holdVote', () => {
  const held = reducePoll(nothingHeld, { type: 'poll', poll: samplePoll({ epoch: 4 }), vote: null })
  const vote = { voteId: 'a', choices: [1], revision: 2 }

  it('takes the receipt of a vote', () => {
    expect(holdVote(held, vote, 4).vote).toEqual(vote)
  })

  it('drops a receipt that comes after a later vote, or of another epoch', () => {
    const later = holdVote(held, { ...vote, revision: 3 }, 4)
    expect(holdVote(later, vote, 4).vote?.revision).toBe(3)
    expect(holdVote(held, vote, 3).vote).toBeNull()
  })
})
