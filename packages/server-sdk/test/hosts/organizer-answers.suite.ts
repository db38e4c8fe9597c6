import type { Poll, PollPage, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'

const asOrganizer = { token: adminKey }

/** What an organizer does with a poll once it is there, over one host. */
export function describeOrganizerAnswers(name: string, host: HttpHost, running: () => RunningLivePoll): void {
  describe(`on ${name}`, () => {
    let call: HttpClient
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running().livePoll)
      call = createHttpClient(http.origin)
      stop = http.close
    })
    afterAll(() => stop())

    async function createPoll(fields: object = {}): Promise<Poll> {
      const body = { question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields }
      return (await call<Poll>('POST', '/polls', { ...asOrganizer, body })).body
    }
    const newVoter = async () => (await call<VoterAdmission>('POST', '/voters')).body
    async function put(pollId: string, token: string, body: object) {
      expect(await call('PUT', `/polls/${pollId}/vote`, { token, body })).toMatchObject({ status: 200 })
    }

    it('PATCH /polls/:id changes what it names, and may be repeated', async () => {
      const poll = await createPoll()
      const body = { choices: [{ id: 2, label: 'Salad' }, 'Pie', { id: 1, label: 'Bisque' }], canChange: false }
      const edited = await call<Poll>('PATCH', `/polls/${poll.id}`, { ...asOrganizer, body })
      expect(edited).toMatchObject({
        status: 200,
        body: {
          ...{ ...poll, canChange: false, edition: 2 },
          choices: [
            { id: 2, label: 'Salad' },
            { id: 3, label: 'Pie' },
            { id: 1, label: 'Bisque' },
          ],
          results: { edition: 2, votes: [0, 0, 0] },
        },
      })
      expect(edited.headers['cache-control']).toBe('no-store')
      const same = await call<Poll>('PATCH', `/polls/${poll.id}`, { ...asOrganizer, body: {} })
      expect(same).toMatchObject({ status: 200, body: edited.body })
    })

    it('POST /polls/:id/reset empties the box once an epoch, and opens a closed poll', async () => {
      const { id } = await createPoll()
      const { token } = await newVoter()
      await put(id, token, { voteId: 'v', choices: [1] })
      await call('POST', `/polls/${id}/close`, asOrganizer)
      const body = { epoch: 1 }
      const reset = await call<Poll>('POST', `/polls/${id}/reset`, { ...asOrganizer, body })
      expect(reset).toMatchObject({ status: 200, body: { state: 'open', epoch: 2, results: { voters: 0, epoch: 2 } } })
      expectError(await call('GET', `/polls/${id}/vote`, { token }), 'NOT_FOUND')
      await put(id, token, { voteId: 'w', choices: [2], revision: 0, epoch: 2 })
      const again = await call<Poll>('POST', `/polls/${id}/reset`, { ...asOrganizer, body })
      expect(again).toMatchObject({ status: 200, body: { epoch: 2, results: { voters: 1 } } })
    })

    it('DELETE /polls/:id removes a poll', async () => {
      const { id } = await createPoll()
      const { status, body, headers } = await call<string>('DELETE', `/polls/${id}`, asOrganizer)
      expect({ status, body }).toEqual({ status: 204, body: '' })
      expect(headers['cache-control']).toBe('no-store')
      expectError(await call('GET', `/polls/${id}`), 'POLL_NOT_FOUND')
      expectError(await call('DELETE', `/polls/${id}`, asOrganizer), 'POLL_NOT_FOUND')
    })

    it('answers organizers with results that others may not see', async () => {
      const poll = await createPoll({ showResults: 'organizers' })
      expect(poll.results).toMatchObject({ voters: 0 })
      for (const [method, path, body] of [
        ['POST', '/close'],
        ['PATCH', '', { question: 'Dinner?' }],
        ['POST', '/reset', { epoch: 1 }],
      ] as const) {
        const answer = await call<Poll>(method, `/polls/${poll.id}${path}`, { ...asOrganizer, body })
        expect(answer, path).toMatchObject({ status: 200, body: { results: { voters: 0 } } })
      }
      const { polls } = (await call<PollPage>('GET', '/polls?limit=100', asOrganizer)).body
      expect(polls.find(({ id }) => id === poll.id)?.results).toMatchObject({ epoch: 2 })
    })
  })
}
