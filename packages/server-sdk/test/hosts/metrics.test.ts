import { Counter, Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { readMetrics } from '../read-metrics.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, visitAsRelay, visitAsVoter } from './channel-visitor.ts'
import { startWatching } from './watchers.ts'

describe.each(channelServers)('The metrics of votes over %s', (server) => {
  let running: RunningLivePoll
  beforeAll(async () => {
    running = await startLivePoll({ resultsInterval: 10 })
  })
  afterAll(() => running.stop())
  const read = async () => {
    const call = createHttpClient(running.origin)
    const { status, headers, body } = await call<string>('GET', '/metrics', { token: adminKey })
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    return readMetrics(body)
  }
  const untilRead = (name: string, wanted: number) =>
    vi.waitFor(async () => expect((await read()).value(name)).toBe(wanted), { timeout: 10_000 })

  it('count what became of each, and measure how long it took', async () => {
    const { id } = await createPoll(running)
    const relay = await visitAsRelay(running, server)
    for (const voter of ['ada', 'bob', 'cy'])
      expect(await cast(relay, id, { voter, voteId: voter })).toMatchObject({ type: 'voted' })
    expect(await cast(relay, id, { voter: 'cy', voteId: 'cy' })).toMatchObject({ duplicate: true })
    expect(await cast(relay, id, { voter: 'dee', choices: [9] })).toMatchObject({ code: 'INVALID' })
    await running.livePoll.api.closePoll(id)
    for (const voter of ['ed', 'flo']) expect(await cast(relay, id, { voter })).toMatchObject({ code: 'POLL_CLOSED' })

    const { value } = await read()
    expect(value('live_poll_votes_accepted_total')).toBe(3)
    expect(value('live_poll_votes_duplicate_total')).toBe(1)
    expect(value('live_poll_votes_refused_total', { code: 'INVALID' })).toBe(1)
    expect(value('live_poll_votes_refused_total', { code: 'POLL_CLOSED' })).toBe(2)
    expect(value('live_poll_votes_unknown_total')).toBe(0)
    expect(value('live_poll_unknown_commits_total')).toBe(0)
    expect(value('live_poll_ack_seconds_count')).toBe(4)
    const acked = value('live_poll_ack_seconds_sum')
    expect(acked).toBeGreaterThan(0)
    expect(acked, 'seconds').toBeLessThan(60)
    expect(value('live_poll_batch_votes_sum'), 'what fits no ballot is in no batch').toBe(6)
    expect(value('live_poll_batch_votes_count')).toBe(6)
    expect(value('live_poll_queue_wait_seconds_count')).toBe(6)
    expect(value('live_poll_batch_seconds_count')).toBe(6)
    expect(value('live_poll_queued_votes')).toBe(0)
    expect(value('live_poll_batches_in_flight')).toBe(0)
    await relay.close()
  })

  it('say who is there, and what they watch', async () => {
    const [one, other] = [await createPoll(running), await createPoll(running)]
    await untilRead('live_poll_connections', 0)
    await untilRead('live_poll_watched_polls', 0)
    const voter = await visitAsVoter(running, server)
    for (const { id } of [one, other]) {
      voter.send({ type: 'watch', pollId: id })
      await voter.take('poll')
    }
    const stream = await startWatching(running, 'Server-Sent Events', one.id, await newVoter(running))
    const during = (await read()).value
    expect(during('live_poll_connections')).toBe(2)
    expect(during('live_poll_event_streams')).toBe(1)
    expect(during('live_poll_watched_polls')).toBe(2)
    expect(during('live_poll_watchers')).toBe(3)

    const published = during('live_poll_snapshot_lag_seconds_count')
    await cast(voter, one.id)
    await stream.take('results', ({ voters }) => voters === 1)
    await untilRead('live_poll_snapshot_lag_seconds_count', published + 1)
    expect((await read()).value('live_poll_snapshot_lag_seconds_sum')).toBeLessThan(60)
    await stream.close()
    await voter.close()
    await untilRead('live_poll_connections', 0)
    const after = (await read()).value
    for (const name of ['event_streams', 'watched_polls', 'watchers']) expect(after(`live_poll_${name}`)).toBe(0)
  })

  it('look at the event loop', async () => {
    await vi.waitFor(
      async () => expect((await read()).value('live_poll_event_loop_lag_seconds_count')).toBeGreaterThan(1),
      {
        timeout: 10_000,
      },
    )
    expect((await read()).value('live_poll_shed_total', { kind: 'vote' })).toBe(0)
  })

  it('stand behind those of a registry of prom-client, for the host’s code', async () => {
    const registry = new Registry()
    new Counter({ name: 'app_logins_total', help: 'Logins.', registers: [registry] }).inc(3)
    const text = (await registry.metrics()) + (await running.livePoll.metrics())
    const { value } = readMetrics(text)
    expect(value('app_logins_total')).toBe(3)
    expect(value('live_poll_votes_accepted_total')).toBe(4)
  })
})
