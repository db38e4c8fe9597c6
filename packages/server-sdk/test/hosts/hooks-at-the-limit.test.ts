import type { Hooks } from '@live-poll/server-sdk'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, visitAsRelay } from './channel-visitor.ts'
import { openBooth, waysToVote } from './ways-to-vote.ts'

const hang = () => new Promise<never>(() => {})

let running: RunningLivePoll | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

/** @param queueSize votes that may wait */
async function start(hooks: Hooks, queueSize?: number): Promise<RunningLivePoll> {
  running = await startLivePoll({ hooks, ...(queueSize !== undefined && { queueSize }) })
  return running
}

describe('Votes that wait for the hook', () => {
  it('are as many as may wait at all; more are answered BUSY, in every way, and the hook is not asked', async () => {
    let asked = 0
    const goOn: (() => void)[] = []
    const hooks: Hooks = {
      beforeVote() {
        asked++
        return new Promise<void>((resolve) => goOn.push(resolve))
      },
    }
    const here = await start(hooks, 3)
    const { id } = await createPoll(here)
    const relay = await visitAsRelay(here, 'ws')
    const waiting = ['a', 'b', 'c'].map((voter) => cast(relay, id, { voter }))
    await vi.waitFor(() => expect(asked).toBe(3))
    for (const way of waysToVote) {
      const booth = await openBooth(here, way, 'late')
      expect(await booth.cast(id, { voter: 'late' }), way).toMatchObject({
        ...{ code: 'BUSY', retryAfter: expect.any(Number) },
      })
      await booth.close()
    }
    expect(asked).toBe(3)
    for (const go of goOn) go()
    for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ type: 'voted', revision: 1 })
    const taken = cast(relay, id, { voter: 'late' })
    await vi.waitFor(() => expect(asked).toBe(4))
    goOn.at(-1)?.()
    expect(await taken).toMatchObject({ type: 'voted' })
    await relay.close()
  })

  it('do not keep the server from closing: each is answered UNAVAILABLE, and is not cast', async () => {
    let asked = 0
    const hooks: Hooks = {
      timeout: 60_000,
      beforeVote() {
        asked++
        return hang()
      },
    }
    const here = await start(hooks)
    const { id } = await createPoll(here)
    const booths = await Promise.all(waysToVote.map((way) => openBooth(here, way, way)))
    const answers = booths.map((booth, index) => booth.cast(id, { voter: waysToVote[index] as string }))
    await vi.waitFor(() => expect(asked).toBe(waysToVote.length))
    const began = performance.now()
    await here.livePoll.close()
    expect(performance.now() - began).toBeLessThan(5000)
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ code: 'UNAVAILABLE' })
    expect(here.logger.errors).toEqual([])
    const again = await startLivePoll({ directory: here.directory })
    expect(await again.livePoll.api.getResults(id)).toMatchObject({ voters: 0 })
    await again.stop()
  })

  it('are answered while the server drains, as long as it does', async () => {
    let goOn = () => {}
    let asked = 0
    const hooks: Hooks = {
      beforeVote() {
        asked++
        return new Promise<void>((resolve) => {
          goOn = resolve
        })
      },
    }
    const here = await start(hooks)
    const { id } = await createPoll(here)
    const relay = await visitAsRelay(here, 'uWebSockets.js')
    const casting = cast(relay, id, { voter: 'ada' })
    await vi.waitFor(() => expect(asked).toBe(1))
    const draining = here.livePoll.drain({ delay: 0, spread: 20_000 })
    await relay.take('drain')
    goOn()
    expect(await casting).toMatchObject({ type: 'voted', revision: 1 })
    await relay.close()
    await draining
  })
})

describe('After-hooks that run', () => {
  it('are waited for when the server closes: what they write is written', async () => {
    const done: string[] = []
    let goOn = () => {}
    const hooks: Hooks = {
      async afterVote({ voteId }) {
        done.push(`began ${voteId}`)
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        done.push(`ended ${voteId}`)
      },
    }
    const here = await start(hooks)
    const { id } = await createPoll(here)
    await here.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1], voteId: 'v' })
    const closing = here.livePoll.close().then(() => done.push('closed'))
    await vi.waitFor(() => expect(done).toEqual(['began v']))
    goOn()
    await closing
    expect(done).toEqual(['began v', 'ended v', 'closed'])
  })

  it('and hang are waited for as long as they may take', async () => {
    const here = await start({ timeout: 300, afterVote: hang })
    const { id } = await createPoll(here)
    await here.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
    const began = performance.now()
    await here.livePoll.close()
    expect(performance.now() - began).toBeLessThan(5000)
    expect(here.logger.errors).toEqual([
      [expect.stringMatching(/^The hook afterVote failed/), new Error('It took longer than 300 ms.')],
    ])
  })
})
