import type { ServerMessage, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { channelListeners } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter, visit, visitAsRelay } from './channel-visitor.ts'
import { startWatching, type Wire, wires } from './watchers.ts'

let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

/** Every way of hiding results from one who has voted, or has not. */
const hidings = {
  'after-vote': { fields: { showResults: 'after-vote' }, votes: false },
  'after-close': { fields: { showResults: 'after-close' }, votes: true },
  organizers: { fields: { showResults: 'organizers' }, votes: true },
  'too few voters': { fields: { showResults: 'always', minVoters: 5000 }, votes: true },
} as const

interface Load {
  /** Votes by others, on each poll. */
  readonly votes: number
  /** Milliseconds. */
  readonly duration: number
  readonly wires: readonly Wire[]
}

/** What is different in any two polls, and says nothing of votes: replaced by as many letters. */
const anonymous = (text: string, ids: readonly string[]) =>
  ids
    .reduce((shown, id) => shown.replaceAll(id, '#'.repeat(id.length)), text)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'a time')
    .replace(/"requestId":"[^"]{12}"/g, 'a request id')

/** All that hidden viewers are sent while others vote: frame by frame, and answer by answer. */
async function record(where: RunningLivePoll, { votes, duration, wires: on }: Load): Promise<Record<string, string[]>> {
  const call = createHttpClient(where.origin)
  const relay = await visitAsRelay(where, 'ws')
  const recorded: Record<string, string[]> = {}
  const recordings = Object.entries(hidings).map(async ([name, hiding]) => {
    const { id } = await createPoll(where, hiding.fields)
    const watchers = await Promise.all(
      on.map(async (wire) => {
        const voter = await newVoter(where)
        return { wire, voter, socket: await startWatching(where, wire, id, voter) }
      }),
    )
    const answers: string[] = []
    const ids = [id, ...watchers.map(({ voter }) => voter.voterId)]

    /** A conditional GET, as a client without sockets sends it, and one of the results alone. */
    async function poll(voter: VoterAdmission) {
      let etag = ''
      for (const path of [`/polls/${id}`, `/polls/${id}`, `/polls/${id}/results`]) {
        const headers = { ...(etag && { 'if-none-match': etag }) }
        const { status, headers: got, body } = await call('GET', path, { token: voter.token, headers })
        etag = got.etag ?? ''
        const { date: _, 'x-request-id': __, 'live-poll-now': ___, etag: ____, ...comparable } = got
        answers.push(anonymous(JSON.stringify({ status, comparable, body }), ids))
      }
    }

    /** They vote themselves, and in vain with an old revision: neither answer may count the others. */
    async function voteOneself(voter: VoterAdmission) {
      const own = await visit(where, 'ws', { ticket: voter.ticket })
      own.send({ type: 'watch', pollId: id })
      await own.take('poll')
      for (const voteId of ['v-1', 'v-2']) {
        own.send({ type: 'vote', voteId, pollId: id, choices: [1], revision: 0, epoch: 1 })
        answers.push(anonymous(JSON.stringify(await own.takeEither('voted', 'rejected')), ids))
      }
      answers.push(anonymous(JSON.stringify(await own.settle()), ids))
      await own.close()
    }

    const start = performance.now()
    const voter = await newVoter(where)
    let cast = 0
    for (let second = 0; second * 1000 < duration; second++) {
      await poll(voter)
      if (second === 1 && hiding.votes) await voteOneself(voter)
      // Others vote until the second is over, each of them once.
      while (performance.now() - start < Math.min(duration, (second + 1) * 1000)) {
        const due = Math.ceil((votes * (performance.now() - start)) / duration)
        for (; cast < Math.min(due, votes); cast++) {
          relay.send({
            type: 'vote',
            voteId: `${id}-${cast}`,
            pollId: id,
            choices: [1 + (cast % 2)],
            voter: `u${cast}`,
          })
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    for (; cast < votes; cast++) {
      relay.send({ type: 'vote', voteId: `${id}-${cast}`, pollId: id, choices: [1], voter: `u${cast}` })
    }
    for (let n = 0; n < votes; n++) await relay.take('voted', (message) => message.voteId === `${id}-${n}`)
    // The end of the recording is a change that everyone is told of: what was on its way has come by then.
    await where.livePoll.api.editPoll(id, {
      choices: ['Soup', 'Salad', 'Pie'].map((label, n) => ({ ...(n < 2 && { id: n + 1 }), label })),
    })
    for (const { wire, socket } of watchers) {
      await socket.take('state', (frame) => frame.edition === 2)
      const frames: readonly ServerMessage[] = [socket.answer, ...socket.untaken]
      recorded[`${name}, ${wire}`] = frames.map((frame) => anonymous(JSON.stringify(frame), ids))
      await socket.close()
    }
    recorded[`${name}, answers`] = answers
  })
  await Promise.all(recordings)
  await relay.close()
  return recorded
}

it('a hidden viewer is sent the same while nobody and while 1,000 vote, over 10 seconds', async () => {
  const load = { duration: 10_000, wires }
  const [quiet, busy] = await Promise.all([
    record(running, { ...load, votes: 0 }),
    record(running, { ...load, votes: 1000 }),
  ])
  expect(Object.keys(quiet)).toHaveLength(4 * (wires.length + 1))
  expect(busy).toEqual(quiet)
  for (const frames of Object.values(quiet)) expect(frames.length, JSON.stringify(frames)).toBeGreaterThan(0)
}, 60_000)

it('and a server that publishes results to the wrong topic is found out', async () => {
  const { livePoll } = running
  const attach: typeof livePoll.channel.attach = (server) =>
    livePoll.channel.attach({
      publish(topic, frame) {
        server.publish(topic, frame)
        if (topic.startsWith('results/')) server.publish(topic.replace('results/', 'state/'), frame)
      },
    })
  const listener = await channelListeners.ws({ ...livePoll, channel: { ...livePoll.channel, attach } })
  const mutant = { ...running, channelUrls: { ...running.channelUrls, ws: listener.channelUrl } }
  const load = { duration: 1000, wires: ['ws'] } as const
  const quiet = await record(mutant, { ...load, votes: 0 })
  const busy = await record(mutant, { ...load, votes: 100 })
  for (const name of Object.keys(hidings)) {
    expect(busy[`${name}, ws`]?.length, name).toBeGreaterThan(quiet[`${name}, ws`]?.length ?? 0)
    expect(busy[`${name}, answers`], 'HTTP is none of the mutant').toEqual(quiet[`${name}, answers`])
  }
  await listener.close()
}, 60_000)

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})
