import type { Poll, Results, ServerMessage, ShowResults, Vote } from '@live-poll/client-sdk/protocol'
import type { OwnReading } from '../actions/read-poll.ts'
import type { PollNews, PollSnapshot } from '../ports/results-bus.ts'
import { createResultsFeed } from './results-feed.ts'
import { createTopics } from './topics.ts'
import { WatchedPolls } from './watched-polls.ts'

export const asker = { voter: { kind: 'user', id: 'ada' } } as const

export interface Facts {
  readonly epoch?: number
  readonly version?: number
  readonly edition?: number
  readonly state?: Results['state']
  readonly showResults?: ShowResults
  readonly isRevealed?: boolean
  readonly isPrivate?: boolean
}

export function snapshot(facts: Facts = {}, pollId = 'p'): PollSnapshot {
  const { epoch = 1, version = 0, edition = 1, state = 'open', showResults = 'after-vote', isRevealed = true } = facts
  const { isPrivate = false } = facts
  const results = { kind: 'choose', pollId, epoch, version, edition, state, votes: [version], voters: version } as const
  return { kind: 'snapshot', pollId, results, visibility: { showResults, isRevealed, isPrivate } }
}

export function reading(facts: Facts = {}, vote: Vote | null = null): OwnReading {
  const { results, visibility } = snapshot(facts)
  const { epoch, edition, state } = results
  const { isPrivate } = visibility
  const poll = { id: 'p', epoch, edition, state, isPrivate, results } as Poll & { results: Results }
  return { reading: { poll, visibility, about: { id: 'p', owner: null, isPrivate }, now: new Date(0) }, vote }
}

export const cast = (revision: number, choices: Vote['choices'] = [1]): Vote => ({
  voteId: `v-${revision}`,
  choices,
  revision,
})

/** A feed with connections whose readings end when the test says so. */
export function createSetup() {
  let tell = (_: PollNews) => {}
  const topics = createTopics<(frame: string) => void, string>(
    (frame) => frame,
    (hear, frame) => hear(frame),
  )
  const onNews = (listener: (news: PollNews) => void) => {
    tell = listener
    return () => {}
  }
  const feed = createResultsFeed({ onNews }, { follow() {}, unfollow() {} }, topics.publish)

  function connect() {
    const sent: ServerMessage[] = []
    const readings: { resolve: (own: OwnReading) => void; reject: (error: unknown) => void }[] = []
    const hear = (frame: string) => sent.push(JSON.parse(frame))
    const socket = {
      subscribe: (topic: string) => topics.add(topic, hear),
      unsubscribe: (topic: string) => topics.remove(topic, hear),
    }
    const readOwn = () => new Promise<OwnReading>((resolve, reject) => readings.push({ resolve, reject }))
    const polls = new WatchedPolls({
      socket,
      parts: { feed, limits: { watchedPolls: 2 }, readOwn },
      send: (message) => sent.push(message),
      sendFailure: (error, pollId) =>
        sent.push({ type: 'error', code: (error as { code: 'INVALID' }).code, message: '', pollId }),
    })
    /** @returns the types of what was sent since the last look */
    const look = () => sent.splice(0).map((message) => (message.type === 'error' ? message.code : message.type))
    async function watch(own: OwnReading) {
      const watching = polls.watch('p', asker)
      readings.shift()?.resolve(own)
      await watching
    }
    return { polls, sent, readings, look, watch }
  }
  return { feed, connect, tell: (news: PollNews) => tell(news) }
}
