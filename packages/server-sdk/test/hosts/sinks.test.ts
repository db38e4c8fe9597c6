import { createLivePoll, type EventSink, type PollEvent } from '@live-poll/server-sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeStorage, type Storage } from '../servers/storage.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

/** A sink that remembers. @param onDeliver does what the sink does before it takes them */
function collect(name: string, onDeliver: (events: readonly PollEvent[]) => Promise<void> = async () => {}) {
  const events: PollEvent[] = []
  const sink: EventSink = {
    name,
    async deliver(batch) {
      await onDeliver(batch)
      events.push(...batch)
    },
  }
  return { sink, events, types: () => events.map(({ type }) => type) }
}

const patience = { timeout: 15_000 }

describe('The sinks of a host', () => {
  let storage: Storage
  let running: RunningLivePoll | undefined
  beforeEach(async () => {
    storage = await makeStorage()
  })
  afterEach(async () => {
    await running?.stop()
    await storage.drop()
  })
  async function start(...sinks: readonly EventSink[]) {
    running = await startLivePoll({ directory: storage.directory, sinks })
    return running.livePoll.api
  }
  async function stop() {
    await running?.stop()
    running = undefined
  }
  const createPoll = (api: RunningLivePoll['livePoll']['api']) =>
    api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })

  it('each hear of all that happens, in its order, as it is documented', async () => {
    const [one, other] = [collect('one'), collect('other')]
    const api = await start(one.sink, other.sink)
    const poll = await createPoll(api)
    await api.castVote({ pollId: poll.id, voter: 'ada', choices: [1] })
    await api.castVote({ pollId: poll.id, voter: 'ada', choices: [2] })
    const final = (await api.closePoll(poll.id)).results
    for (const { types } of [one, other]) {
      await expect
        .poll(types, patience)
        .toEqual(['poll.created', 'vote.accepted', 'vote.accepted', 'poll.closed', 'results.final'])
    }
    expect(one.events).toEqual(other.events)
    const [, first, second, , last] = one.events
    expect(first).toEqual({
      ...{ version: 1, type: 'vote.accepted', pollId: poll.id, box: 0, epoch: 1, index: 0 },
      id: `${poll.id}:1:0:${first?.seq}:0`,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      seq: expect.any(Number),
      ...{ voterKey: expect.any(String), revision: 1, choices: [1], before: null },
    })
    expect(second).toMatchObject({ voterKey: (first as { voterKey?: string }).voterKey, revision: 2, before: [1] })
    expect(JSON.stringify(one.events)).not.toContain('ada')
    expect(last).toMatchObject({ results: final })
  })

  it('that do not take events get them again, the same and in order; others are on time', async () => {
    let refusals = 3
    const seen: string[] = []
    const moody = collect('moody', async (events) => {
      seen.push(events.map(({ id }) => id).join())
      if (refusals-- > 0) throw new Error('not now')
    })
    const good = collect('good')
    const api = await start(moody.sink, good.sink)
    const poll = await createPoll(api)
    await expect.poll(good.types, patience).toEqual(['poll.created'])
    await api.castVote({ pollId: poll.id, voter: 'ada', choices: [1] })
    await expect.poll(good.types, patience).toHaveLength(2)
    await expect.poll(moody.types, patience).toEqual(['poll.created', 'vote.accepted'])
    expect(moody.events).toEqual(good.events)
    expect(seen.length).toBeGreaterThan(3)
    for (const ids of seen.slice(1, 4)) expect(ids.startsWith(seen[0] ?? '')).toBe(true)
    const said = () =>
      running?.logger.warnings.map((warning) => String(warning)).filter((warning) => warning.includes('moody'))
    await expect
      .poll(said, patience)
      .toEqual([expect.stringContaining('could not be delivered'), expect.stringContaining('delivered again')])
    expect(await running?.livePoll.metrics()).toMatch(/^live_poll_deliveries_failed_total 3$/m)
  })

  it('that hang hold up no vote, no other sink, no other poll, and no close for long', async () => {
    let hung = ''
    const hanging = collect('hanging', async (events) => {
      hung ||= events[0]?.pollId ?? ''
      if (events[0]?.pollId === hung) await new Promise(() => {})
    })
    const good = collect('good')
    const api = await start(hanging.sink, good.sink)
    const first = await createPoll(api)
    await expect.poll(() => hung, patience).toBe(first.id)
    const second = await createPoll(api)
    for (const { id } of [first, second]) await api.castVote({ pollId: id, voter: 'ada', choices: [1] })
    await expect.poll(good.types, patience).toHaveLength(4)
    await expect.poll(hanging.types, patience).toEqual(['poll.created', 'vote.accepted'])
    expect(new Set(hanging.events.map(({ pollId }) => pollId))).toEqual(new Set([second.id]))
    await expect
      .poll(
        async () =>
          Number(/^live_poll_outbox_lag_seconds (\S+)$/m.exec((await running?.livePoll.metrics()) ?? '')?.[1]),
        patience,
      )
      .toBeGreaterThan(1)
    await stop()
  })

  it('get after a restart what they had not taken', async () => {
    const broken = collect('the-sink', () => Promise.reject(new Error('broken')))
    const api = await start(broken.sink)
    const poll = await createPoll(api)
    await api.castVote({ pollId: poll.id, voter: 'ada', choices: [1] })
    await stop()
    expect(broken.events).toEqual([])
    const mended = collect('the-sink')
    await start(mended.sink)
    await expect.poll(mended.types, patience).toEqual(['poll.created', 'vote.accepted'])
  })

  it('may be changed: another hears of what happens from then on', async () => {
    const first = await createPoll(await start())
    await stop()
    const late = collect('late')
    const api = await start(late.sink)
    await api.castVote({ pollId: first.id, voter: 'ada', choices: [1] })
    await expect.poll(late.types, patience).toEqual(['vote.accepted'])
  })
})

it.each([
  ['without deliver', [{ name: 'a' }]],
  ['without a name', [{ name: '', deliver: async () => {} }]],
  ['with a name that no column takes', [{ name: 'ü', deliver: async () => {} }]],
  ['of the same name', [collect('a').sink, collect('a').sink]],
  ['with deliver and deliverTexts', [{ name: 'a', deliver: async () => {}, deliverTexts: async () => {} }]],
])('Sinks %s are refused at the start', (_, sinks) => {
  expect(() => createLivePoll({ sinks: sinks as EventSink[] })).toThrow(/sinks/)
})
