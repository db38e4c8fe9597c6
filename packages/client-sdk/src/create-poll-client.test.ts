import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPage, createVotingPage, server } from '../test/fake-server.ts'
import { createPollClient } from './create-poll-client.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the token option', () => {
  it('with a voter token votes as that voter, and stores nothing', async () => {
    const { watch, settle, last, items } = createPage({ token: 'lpv_given' })
    items.set(`live-poll:voter:${server}`, 'lpv_kept')
    watch()
    await settle()
    last().welcome('v')
    expect(last().sent[0]).toEqual({ type: 'hello', token: 'lpv_given' })
    last().end(4401)
    await settle()
    expect([...items.values()]).toEqual(['lpv_kept'])
  })

  it('with an organizer’s key does not vote as the organizer', async () => {
    const { watch, settle, last, client, http } = createPage({ token: 'lpa_key' })
    watch()
    await settle()
    expect(http.log).toEqual(['GET /polls/lunch Bearer lpa_key'])
    last().welcome()
    void client.vote('lunch', [1])
    await settle()
    expect(http.log.at(-1)).toBe('POST /voters')
  })
})

describe('close', () => {
  it('rejects votes that are unanswered, leaves no timer, and takes nothing more', async () => {
    const { client, last, watched, settle } = await createVotingPage()
    const receipt = expect(client.vote('lunch', [1])).rejects.toThrow('may count')
    client.close()
    await receipt
    watched.stop()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    client.close()
    expect(last().isClosed).toBe(true)
    await expect(client.vote('lunch', [1])).rejects.toThrow('Closed')
    expect(() => client.watch('lunch', () => {})).toThrow('Closed')
  })

  it('without anything to close does nothing', () => {
    createPage().client.close()
  })
})

it('says what to pass where there is no page', () => {
  expect(() => createPollClient()).toThrow('"/live-poll" cannot be resolved here')
  expect(() => createPollClient({ server: 'polls' })).toThrow(/absolute URL: "polls"/)
})

it('says what to pass where there is no WebSocket', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const client = createPollClient({ server })
  expect(() => client.watch('lunch', () => {})).toThrow(/`ws` package/)
  await expect(client.vote('lunch', [1])).rejects.toThrow(/`ws` package/)
  expect(() => client.relay(async () => '')).toThrow(/`ws` package/)
  vi.unstubAllGlobals()
})
