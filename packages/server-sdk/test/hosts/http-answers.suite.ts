import type { Poll, PollPage, Results, Vote, VoteReceipt, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'

const asOrganizer = { token: adminKey }
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

/** What every route answers when all is well, in its exact shape, over one host. */
export function describeHttpAnswers(name: string, host: HttpHost, running: () => RunningLivePoll): void {
  describe(`on ${name}`, () => {
    let call: HttpClient
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running().livePoll)
      stop = http.close
      call = createHttpClient(http.origin)
    })
    afterAll(() => stop())

    async function createPoll(fields: object = {}): Promise<Poll> {
      const body = { question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields }
      const answer = await call<Poll>('POST', '/polls', { ...asOrganizer, body })
      expect(answer.status).toBe(201)
      return answer.body
    }
    const newVoter = async () => (await call<VoterAdmission>('POST', '/voters')).body
    const put = (pollId: string, token: string, body: object) =>
      call<VoteReceipt>('PUT', `/polls/${pollId}/vote`, { token, body })

    it('POST /polls answers the poll as it was made', async () => {
      const closesAt = inAnHour()
      const poll = await createPoll({
        choices: [{ label: 'Soup' }, 'Salad', 'Pie'],
        ballot: { kind: 'choose', min: 1, max: 2 },
        canChange: false,
        closesAt,
      })
      expect(poll).toEqual({
        id: expect.stringMatching(/^p_[\w-]{16}$/),
        question: 'Lunch?',
        choices: [
          { id: 1, label: 'Soup' },
          { id: 2, label: 'Salad' },
          { id: 3, label: 'Pie' },
        ],
        ballot: { kind: 'choose', min: 1, max: 2 },
        showResults: 'always',
        minVoters: null,
        canChange: false,
        voters: ['anyone'],
        needsCaptcha: false,
        isPrivate: false,
        state: 'open',
        opensAt: null,
        closesAt,
        createdAt: time,
        edition: 1,
        epoch: 1,
        results: {
          kind: 'choose',
          pollId: poll.id,
          epoch: 1,
          version: 0,
          edition: 1,
          state: 'open',
          votes: [0, 0, 0],
          voters: 0,
        },
        channelUrl: null,
      })
    })

    it('POST /polls answers the same poll to the same Idempotency-Key, and no other body', async () => {
      const body = { question: 'Once?', choices: ['Yes', 'No'] }
      const headers = { 'idempotency-key': `key of ${name}` }
      const first = await call<Poll>('POST', '/polls', { ...asOrganizer, body, headers })
      const again = await call<Poll>('POST', '/polls', { ...asOrganizer, body, headers })
      expect([first.status, again.status]).toEqual([201, 201])
      expect(again.body).toEqual(first.body)
      const sameMeaning = { choices: [{ label: 'Yes' }, 'No'], question: ' Once? ', canChange: true }
      expect((await call<Poll>('POST', '/polls', { ...asOrganizer, body: sameMeaning, headers })).body).toEqual(
        first.body,
      )
      const other = await call('POST', '/polls', { ...asOrganizer, body: { ...body, question: 'Twice?' }, headers })
      expectError(other, 'IDEMPOTENCY_KEY_REUSED')
    })

    it('GET /polls answers page after page', async () => {
      const polls = [await createPoll(), await createPoll(), await createPoll()]
      const first = await call<PollPage>('GET', '/polls?limit=2', asOrganizer)
      expect(first).toMatchObject({ status: 200, body: { polls: [polls[2], polls[1]], next: expect.any(String) } })
      expect(Object.keys(first.body)).toEqual(['polls', 'next'])
      const { body: second } = await call<PollPage>('GET', `/polls?limit=1&cursor=${first.body.next}`, asOrganizer)
      expect(second.polls).toEqual([polls[0]])
    })

    it('GET /polls/:id answers the poll, or 304 to who has it', async () => {
      const poll = await createPoll()
      const { status, headers, body } = await call<Poll>('GET', `/polls/${poll.id}`)
      expect({ status, body }).toEqual({ status: 200, body: poll })
      expect(headers).toMatchObject({ 'cache-control': 'no-cache', etag: expect.stringMatching(/^"[\w-]{22}"$/) })

      const { etag = '' } = headers
      for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const same = await call<string>('GET', `/polls/${poll.id}`, { headers: { 'if-none-match': held } })
        expect(same).toMatchObject({ status: 304, body: '', headers: { etag } })
      }
      const { token } = await newVoter()
      await put(poll.id, token, { voteId: 'v', choices: [1] })
      const changed = await call<Poll>('GET', `/polls/${poll.id}`, { headers: { 'if-none-match': etag } })
      expect(changed).toMatchObject({ status: 200, body: { results: { votes: [1, 0], voters: 1 } } })
      expect(changed.headers.etag).not.toBe(etag)
    })

    it('GET /polls/:id/results answers the results, or 304 to who has them', async () => {
      const poll = await createPoll()
      const { status, headers, body } = await call<Results>('GET', `/polls/${poll.id}/results`)
      expect({ status, body }).toEqual({ status: 200, body: poll.results })
      const held = { 'if-none-match': headers.etag ?? '' }
      expect((await call('GET', `/polls/${poll.id}/results`, { headers: held })).status).toBe(304)
    })

    it('POST /polls/:id/open opens a scheduled poll, and may be repeated', async () => {
      const poll = await createPoll({ opensAt: inAnHour() })
      expect(poll.state).toBe('scheduled')
      const { token } = await newVoter()
      expectError(
        await call('PUT', `/polls/${poll.id}/vote`, { token, body: { voteId: 'v', choices: [1] } }),
        'POLL_NOT_OPEN',
      )
      const opened = await call<Poll>('POST', `/polls/${poll.id}/open`, asOrganizer)
      expect(opened).toMatchObject({ status: 200, body: { state: 'open', opensAt: time, results: { version: 1 } } })
      expect((await call<Poll>('POST', `/polls/${poll.id}/open`, asOrganizer)).body).toEqual(opened.body)
      await put(poll.id, token, { voteId: 'v', choices: [1] })
    })

    it('POST /polls/:id/close closes a poll for good, and may be repeated', async () => {
      const poll = await createPoll()
      const { token } = await newVoter()
      const vote = { voteId: 'v', choices: [1] }
      await put(poll.id, token, vote)
      const closed = await call<Poll>('POST', `/polls/${poll.id}/close`, asOrganizer)
      const results = { ...poll.results, version: 2, state: 'closed', votes: [1, 0], voters: 1 }
      expect(closed).toMatchObject({ status: 200, body: { ...poll, state: 'closed', results } })
      expect((await call<Poll>('POST', `/polls/${poll.id}/close`, asOrganizer)).body).toEqual(closed.body)
      expectError(await call('POST', `/polls/${poll.id}/open`, asOrganizer), 'POLL_CLOSED')
      expect((await put(poll.id, token, vote)).body, 'a repeat is answered after the close').toMatchObject({
        duplicate: true,
      })
      expectError(await call('PUT', `/polls/${poll.id}/vote`, { token, body: { ...vote, voteId: 'w' } }), 'POLL_CLOSED')
    })

    it('answers a poll whose time is over as closed, at its time', async () => {
      const closesAt = new Date(Date.now() - 1000).toISOString()
      const poll = await createPoll({ closesAt })
      expect(poll).toMatchObject({ state: 'closed', closesAt, results: { state: 'closed' } })
    })

    it('PUT, GET and DELETE /polls/:id/vote cast, tell, change and retract a vote', async () => {
      const { id } = await createPoll({ ballot: { max: 2 } })
      const { token } = await newVoter()
      const own = () => call<Vote>('GET', `/polls/${id}/vote`, { token })
      const results = async () => (await call<Results>('GET', `/polls/${id}/results`)).body

      const first = { voteId: 'v-1', choices: [2, 1], revision: 0, epoch: 1 }
      expect(await put(id, token, first)).toMatchObject({ status: 200, body: { voteId: 'v-1', revision: 1, epoch: 1 } })
      expect((await put(id, token, first)).body).toEqual({ voteId: 'v-1', revision: 1, epoch: 1, duplicate: true })
      expect(await own()).toMatchObject({ status: 200, body: { voteId: 'v-1', choices: [1, 2], revision: 1 } })
      expect(Object.keys((await own()).body)).toEqual(['voteId', 'choices', 'revision'])
      expect(await results()).toMatchObject({ votes: [1, 1], voters: 1 })

      const reused = await call('PUT', `/polls/${id}/vote`, { token, body: { ...first, choices: [1] } })
      expectError(reused, 'VOTE_ID_REUSED')
      const late = await call('PUT', `/polls/${id}/vote`, { token, body: { ...first, voteId: 'v-2' } })
      expectError(late, 'REVISION_CONFLICT')
      expect(late.body.error.revision).toBe(1)

      const taken = await call<VoteReceipt>('DELETE', `/polls/${id}/vote?voteId=v-3&revision=1&epoch=1`, { token })
      expect(taken).toMatchObject({ status: 200, body: { voteId: 'v-3', revision: 2, epoch: 1 } })
      expect((await own()).body).toEqual({ voteId: 'v-3', choices: null, revision: 2 })
      expect(await results()).toMatchObject({ votes: [0, 0], voters: 0 })

      expect((await put(id, token, { voteId: 'v-4', choices: [2], revision: 2 })).body).toMatchObject({ revision: 3 })
      expect(await results()).toMatchObject({ votes: [0, 1], voters: 1 })
    })

    it('PUT /polls/:id/vote ignores what it does not know', async () => {
      const { id } = await createPoll()
      const { token } = await newVoter()
      const vote = { voteId: 'v', choices: [1], sentAt: 1, voter: 'somebody else' }
      expect(await put(id, token, vote)).toMatchObject({ status: 200, body: { revision: 1 } })
    })

    it('refuses a second vote where changes are off', async () => {
      const { id } = await createPoll({ canChange: false })
      const { token } = await newVoter()
      await put(id, token, { voteId: 'v-1', choices: [1] })
      const second = await call('PUT', `/polls/${id}/vote`, { token, body: { voteId: 'v-2', choices: [2] } })
      expectError(second, 'ALREADY_VOTED')
      expect(second.body.error.revision).toBe(1)
      expectError(await call('DELETE', `/polls/${id}/vote?voteId=v-3`, { token }), 'ALREADY_VOTED')
    })

    it('POST /voters makes a new voter, and knows them again', async () => {
      const voter = await newVoter()
      expect(voter).toEqual({
        voterId: expect.stringMatching(/^[\w-]{22}$/),
        kind: 'device',
        isSession: false,
        token: expect.stringMatching(/^lpv_/),
        expiresAt: time,
        ticket: expect.stringMatching(/^lpt_/),
        ticketExpiresAt: time,
      })
      const life = (text: string) => new Date(text).getTime() - Date.now()
      expect(life(voter.ticketExpiresAt)).toBeGreaterThan(50_000)
      expect(life(voter.ticketExpiresAt)).toBeLessThanOrEqual(60_000)
      expect(life(voter.expiresAt)).toBeGreaterThan(364 * 24 * 3_600_000)
      for (const body of [undefined, {}, { extra: 1 }]) {
        const again = await call<VoterAdmission>('POST', '/voters', { token: voter.token, body })
        expect(again).toMatchObject({ status: 200, body: { voterId: voter.voterId } })
      }
      expect((await newVoter()).voterId).not.toBe(voter.voterId)
    })

    it('POST /voters names voters and opens relays, for organizers', async () => {
      const ids = ['user-17', 'Ünïcode 昼', 'user-17']
      const named = await call('POST', '/voters', { ...asOrganizer, body: { voters: ids } })
      const voters = ids.map((id) => ({
        id,
        token: expect.stringMatching(/^lpv_/),
        ticket: expect.stringMatching(/^lpt_/),
      }))
      expect(named).toMatchObject({ status: 200, body: { voters } })
      const relay = await call('POST', '/voters', { ...asOrganizer, body: { relay: true } })
      expect(relay).toMatchObject({ status: 200, body: { ticket: expect.stringMatching(/^lpt_/) } })
      expect(Object.keys(relay.body)).toEqual(['ticket'])
    })

    it('GET /widget.js answers the script, for pages everywhere', async () => {
      const origin = 'https://elsewhere.example'
      const { status, headers, body } = await call<string>('GET', '/widget.js', { headers: { origin } })
      expect(status).toBe(200)
      expect(body).toContain('live-poll')
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': expect.stringMatching(/^public, max-age=\d{1,4}$/),
        etag: expect.any(String),
      })
      const held = await call<string>('GET', '/widget.js', { headers: { 'if-none-match': headers.etag ?? '' } })
      expect(held).toMatchObject({ status: 304, body: '' })
    })

    it('GET /widget/:hash/:file answers the licenses of what the script contains, where it says', async () => {
      const { body: script } = await call<string>('GET', '/widget.js')
      const [, path = ''] = /\/\*! (\S+) \*\/\s*$/.exec(script) ?? []
      const { status, headers, body } = await call<string>('GET', `/${path}`)
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': expect.stringContaining('immutable'),
      })
      expect(body).toMatch(/Lit.*BSD 3-Clause License.*Google LLC.*THIS SOFTWARE IS PROVIDED/s)
    })

    it('GET /health/live and /health/ready answer that all is well', async () => {
      expect(await call('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } })
      expect(await call('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'ready', degraded: [] } })
    })

    it('HEAD answers as GET does, without the body', async () => {
      const { id } = await createPoll()
      for (const path of [`/polls/${id}`, `/polls/${id}/results`, '/widget.js', '/health/live']) {
        const get = await call('GET', path)
        const head = await call<string>('HEAD', path)
        const comparable = ({ date: _, 'x-request-id': __, 'live-poll-now': ___, ...headers }: typeof get.headers) =>
          headers
        expect(head).toMatchObject({ status: get.status, body: '', headers: comparable(get.headers) })
      }
      expect((await call('HEAD', '/polls/p_nowhere')).status).toBe(404)
    })

    it('names every answer, each by a name of its own', async () => {
      const ids = new Set<unknown>()
      for (const path of ['/health/live', '/health/live', '/polls/p_nowhere', '/nothing']) {
        ids.add((await call('GET', path)).headers['x-request-id'])
      }
      expect(ids.size).toBe(4)
    })

    it('has told the log of nothing', () => {
      expect(running().logger.errors).toEqual([])
    })
  })
}
