import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pollMessage, sampleResults } from '../test/fake-server.ts'
import { forgetVote, type HeldPoll, holdVote, nothingHeld, reducePoll } from './poll-state.ts'
import { isNewer, stateOrder } from './protocol/is-newer.ts'
import type { PollMessage, ServerMessage } from './protocol/messages.ts'
import type { PollState, ShowResults, Vote } from './protocol/models.ts'

/** A poll as the server has it at one moment, and the vote of the one who watches. */
interface Moment {
  readonly epoch: number
  readonly edition: number
  readonly version: number
  readonly state: PollState
  /** Votes on each choice; an edit adds one. */
  readonly votes: readonly number[]
  readonly showResults: ShowResults
  readonly minVoters: number | null
  readonly isRevealed: boolean
  readonly own: Vote | null
}

const start: Moment = {
  epoch: 1,
  edition: 1,
  version: 0,
  state: 'scheduled',
  votes: [0, 0],
  showResults: 'always',
  minVoters: null,
  isRevealed: true,
  own: null,
}

const visibilities: readonly ShowResults[] = ['always', 'after-vote', 'after-close', 'organizers']

const changes: Record<string, (now: Moment) => Moment> = {
  open: (now) => (now.state === 'scheduled' ? { ...now, state: 'open' } : now),
  vote: (now) => ({ ...now, votes: now.votes.map((count, i) => (i === 0 ? count + 1 : count)) }),
  cast: (now) => (now.state === 'open' ? { ...now, own: own(now, [1]) } : now),
  retract: (now) => (now.state === 'open' && now.own?.choices ? { ...now, own: own(now, null) } : now),
  reveal: (now) => ({ ...now, isRevealed: true }),
  edit: (now) => ({ ...now, edition: now.edition + 1, votes: [...now.votes, 0] }),
  hide: (now) => {
    const showResults = visibilities[(visibilities.indexOf(now.showResults) + 1) % 4] ?? 'always'
    return { ...now, showResults, edition: now.edition + 1 }
  },
  close: (now) => ({ ...now, state: 'closed' }),
  reset: (now) => ({
    ...now,
    epoch: now.epoch + 1,
    state: 'open',
    votes: now.votes.map(() => 0),
    own: null,
    isRevealed: now.minVoters === null,
  }),
}

function own(now: Moment, choices: readonly number[] | null): Vote {
  const revision = (now.own?.revision ?? 0) + 1
  return { voteId: `${now.epoch}.${revision}`, choices, revision }
}

/** Every change raises the version, also a reset. */
function step(now: Moment, name: string): Moment {
  return { ...(changes[name]?.(now) ?? now), version: now.version + 1 }
}

/** Whether the server shows the results to the one who watches, or to one of whom it knows no vote. */
function isShown({ state, showResults, isRevealed, own }: Moment, vote: Vote | null = own): boolean {
  if (!isRevealed || showResults === 'organizers') return false
  return state === 'closed' || showResults === 'always' || (showResults === 'after-vote' && vote?.choices != null)
}

function resultsOf({ epoch, edition, version, state, votes }: Moment) {
  const voters = votes.reduce((sum, count) => sum + count, 0)
  return sampleResults({ epoch, edition, version, state, votes, voters })
}

/** What `watch` is answered with; over HTTP the poll is read as by nobody in particular. */
function pollOf(moment: Moment, by: 'channel' | 'http' = 'channel'): PollMessage {
  const { epoch, edition, state, votes, showResults, minVoters } = moment
  const vote = by === 'channel' ? moment.own : null
  const choices = votes.map((_, index) => ({ id: index + 1, label: `Choice ${index + 1}` }))
  const results = isShown(moment, vote) ? resultsOf(moment) : null
  return pollMessage({ epoch, edition, state, choices, showResults, minVoters, results }, vote)
}

function frames(moment: Moment): ServerMessage[] {
  const { epoch, edition, state } = moment
  const always: ServerMessage[] = [
    pollOf(moment),
    pollOf(moment, 'http'),
    { type: 'state', pollId: 'lunch', epoch, edition, state },
  ]
  return isShown(moment) ? [...always, { type: 'results', ...resultsOf(moment), watching: moment.version }] : always
}

const names = ['open', 'vote', 'vote', 'cast', 'cast', 'retract', 'reveal', 'edit', 'hide', 'close', 'reset']

const history = fc
  .record({
    showResults: fc.constantFrom(...visibilities),
    minVoters: fc.constantFrom(null, 5),
    changes: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 14 }),
  })
  .map(({ showResults, minVoters, changes }) => {
    const moments: Moment[] = [{ ...start, showResults, minVoters, isRevealed: minVoters === null }]
    for (const name of changes) moments.push(step(newest(moments), name))
    return moments
  })

/** Frames of a history as a bad line delivers them: some lost, some twice, in any order. */
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

function shows(held: HeldPoll, moment: Moment): void {
  const { poll, vote } = pollOf(moment)
  expect({ poll: held.poll, vote: held.vote }).toEqual({ poll, vote })
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
              expect(next.vote?.revision ?? 0).toBeGreaterThanOrEqual(held.vote?.revision ?? 0)
            }
          }
          if (held.poll?.results && next.poll?.results) {
            expect(isNewer(held.poll.results, next.poll.results)).toBe(false)
          }
          held = next
        }
      }),
      { numRuns: 500 },
    )
  })

  it('draws results only on the choices they are for, and only for a viewer who may see them', () => {
    const runs = history.chain((moments) => delivered(moments, []))
    fc.assert(
      fc.property(runs, (messages) => {
        let held = nothingHeld
        for (const message of messages) {
          held = reducePoll(held, message)
          if (!held.poll?.results) continue
          const { edition, choices, state, showResults, results } = held.poll
          expect(results.edition).toBe(edition)
          expect(results.votes).toHaveLength(choices.length)
          if (state === 'closed') continue
          expect(showResults).not.toBe('after-close')
          if (showResults === 'after-vote') expect(held.vote?.choices).toEqual([1])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('ends at the newest state once the newest poll is among what arrived', () => {
    const runs = history.chain((moments) =>
      delivered(moments, [pollOf(newest(moments))]).map((messages) => ({ moments, messages })),
    )
    fc.assert(
      fc.property(runs, ({ moments, messages }) => {
        const held = messages.reduce(reducePoll, nothingHeld)
        shows(held, newest(moments))
        // What cannot be shown is asked for; the answer ends the question.
        const answered = reducePoll(held, pollOf(newest(moments)))
        shows(answered, newest(moments))
        expect(answered.ahead).toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  it('ends at the newest results once they and a poll of their edition and vote arrive, in either order', () => {
    const runs = history.chain((moments) => {
      const last = newest(moments)
      const same = ({ epoch, edition, own }: Moment) =>
        epoch === last.epoch && edition === last.edition && own === last.own
      const surely = [pollOf(moments.find(same) ?? last), ...frames(last).slice(2)]
      const arrived = fc.tuple(delivered(moments, []), fc.shuffledSubarray(surely, { minLength: surely.length }))
      return arrived.map(([before, after]) => ({ last, messages: [...before, ...after] }))
    })
    fc.assert(fc.property(runs, ({ last, messages }) => shows(messages.reduce(reducePoll, nothingHeld), last)))
  })

  it('returns the same state when a message changes nothing', () => {
    const moment = step(step(start, 'open'), 'vote')
    const again: ServerMessage = { type: 'results', ...resultsOf(moment), watching: 3 }
    const held = [pollOf(moment), again].reduce(reducePoll, nothingHeld)
    expect(reducePoll(held, again)).toBe(held)
    expect(reducePoll(held, { type: 'state', pollId: 'lunch', epoch: 1, edition: 1, state: 'open' })).toBe(held)
    expect(reducePoll(held, { type: 'pong' })).toBe(held)
  })

  it('does not draw results of an edition it does not hold, until the poll of that edition comes', () => {
    const before = step(start, 'vote')
    const edited = step(before, 'edit')
    const after = step(edited, 'vote')
    const held = reducePoll(nothingHeld, pollOf(before))
    const ahead = reducePoll(held, { type: 'results', ...resultsOf(after) })
    shows(ahead, before)
    expect(ahead.ahead).not.toBeNull()
    const whole = reducePoll(ahead, pollOf(edited))
    expect(whole.poll?.results).toEqual(resultsOf(after))
    expect(whole.ahead).toBeNull()
  })

  it('follows a poll whose results are hidden by its state frames', () => {
    const closed: ServerMessage = { type: 'state', pollId: 'lunch', epoch: 1, edition: 1, state: 'closed' }
    const held = [pollMessage(), closed].reduce(reducePoll, nothingHeld)
    expect(held).toMatchObject({ poll: { state: 'closed', results: null } })
  })

  it('lets go of results when the own vote goes, and of who watches', () => {
    const voted = step(step({ ...start, showResults: 'after-vote' }, 'open'), 'cast')
    const held = reducePoll(reducePoll(nothingHeld, pollOf(voted)), {
      type: 'results',
      ...resultsOf(voted),
      watching: 7,
    })
    expect(held).toMatchObject({ poll: { results: { version: 2 } }, watching: 7 })
    const gone = { poll: { results: null }, watching: null }
    expect(holdVote(held, { voteId: 'b', choices: null, revision: 2 }, 1)).toMatchObject(gone)
    expect(reducePoll(held, pollOf(step(voted, 'retract')))).toMatchObject(gone)
    expect(forgetVote(held)).toMatchObject({ ...gone, vote: null })
    const closed = reducePoll(held, { type: 'state', pollId: 'lunch', epoch: 1, edition: 1, state: 'closed' })
    expect(forgetVote(closed).poll?.results).toEqual(resultsOf(voted))
  })

  it('asks for the own vote when results come to one who has none', () => {
    const hidden = step({ ...start, showResults: 'after-vote' }, 'open')
    const voted = step(hidden, 'cast')
    const held = reducePoll(reducePoll(nothingHeld, pollOf(hidden)), { type: 'results', ...resultsOf(voted) })
    expect(held).toMatchObject({ poll: { results: null }, ahead: { version: 2 } })
    shows(reducePoll(held, pollOf(voted)), voted)
    const retracted = step(voted, 'retract')
    shows(reducePoll(held, pollOf(retracted)), retracted)
    expect(reducePoll(held, pollOf(retracted)).ahead).toBeNull()
  })

  it('hides results of organizers from whoever is none', () => {
    const results = sampleResults()
    const held = reducePoll(nothingHeld, pollMessage({ showResults: 'organizers', results }))
    expect(held.poll?.results).toEqual(results)
    expect(reducePoll(held, pollMessage({ showResults: 'organizers' })).poll?.results).toBeNull()
  })

  it('never lets an older answer undo the own vote, but a reset does', () => {
    const vote = { voteId: 'b', choices: [2], revision: 2 }
    const first = reducePoll(nothingHeld, pollMessage({}, vote))
    expect(reducePoll(first, pollMessage({}, { ...vote, revision: 1 })).vote).toEqual(vote)
    expect(reducePoll(first, pollMessage()).vote).toEqual(vote)
    const reset = reducePoll(first, pollMessage({ epoch: 2 }))
    expect(reset.vote).toBeNull()
    expect(reducePoll(reset, pollMessage({}, vote))).toBe(reset)
  })
})

describe('holdVote', () => {
  const held = reducePoll(nothingHeld, pollMessage({ epoch: 4 }))
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
