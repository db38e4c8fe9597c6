import { randomUUID } from 'node:crypto'
import type { Account, ErrorBody, Poll, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { accounts } from '@live-poll/server-sdk/accounts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { cast, readResults, visitAsRelay } from '../hosts/channel-visitor.ts'
import type { ChannelServerName } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { type AccountDatabase, accountDatabasesByTurns } from './account-databases.ts'
import { openPage, type Page } from './browser-like.ts'
import { password } from './open-test-accounts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // passwords are hashed for real, and slowly

type Signed = { readonly account: Account }
const ann = { email: 'Ann@Example.org', password, name: 'Ann' }
const bob = { email: 'bob@example.org', password, name: 'Bob' }

for (const [name, run, make] of accountDatabasesByTurns('accounts over HTTP')) {
  run(`a host with accounts on ${name}`, () => {
    let shared: AccountDatabase
    let running: RunningLivePoll
    beforeEach(async () => {
      shared = await make()
      const options = { database: shared.forNode(), secret: nodeSecret, adminKey, accounts: accounts() }
      running = await startLivePoll({ directory: 'none', ...options })
    })
    afterEach(async () => {
      await running.stop()
      await shared.drop()
    })
    const newPoll = (voters: Poll['voters']) =>
      running.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], voters, canChange: false })
    const admit = (page: Page) => page.call<VoterAdmission>('POST', '/voters', {})
    const vote = (page: Page, pollId: string, token: string) =>
      page.call('PUT', `/polls/${pollId}/vote`, { voteId: randomUUID(), choices: [1] }, { token })

    async function connect(server: ChannelServerName, { ticket }: VoterAdmission) {
      const socket = await openRawSocket(running.channelUrls[server], { origin: running.origin })
      socket.send({ type: 'hello', ticket })
      await socket.take('welcome')
      return socket
    }

    test('takes the vote of whoever is signed in, and never the one of who was before', async () => {
      const poll = await newPoll(['account'])
      const page = openPage(running.origin)
      const device = await admit(page)
      expect(device.body.kind).toBe('device')
      expect((await vote(page, poll.id, device.body.token)).body).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })

      const signUp = await page.call<Signed>('POST', '/accounts/sign-up', ann)
      expect(signUp).toMatchObject({
        status: 201,
        headers: { 'cache-control': 'no-store' },
        body: { account: { email: 'ann@example.org', name: 'Ann', role: 'voter' } },
      })
      expect(signUp.headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^live-poll\.session_token=\S+; Max-Age=604800; Path=\/live-poll; HttpOnly; SameSite=Lax$/,
        ),
      ])
      const asAnn = await admit(page)
      expect(asAnn.body).toMatchObject({ voterId: signUp.body.account.id, kind: 'user', isSession: true })
      expect((await vote(page, poll.id, asAnn.body.token)).status).toBe(200)

      expect((await page.call('POST', '/accounts/sign-out')).status).toBe(204)
      expect((await page.call('GET', '/accounts/session')).body).toEqual({ account: null })
      expect((await vote(page, poll.id, asAnn.body.token)).body).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })

      const asBob = await page.call<Signed>('POST', '/accounts/sign-up', bob)
      expect((await page.call('GET', '/accounts/session')).body).toEqual(asBob.body)
      const admission = await page.call<VoterAdmission>('POST', '/voters', {}, { token: asAnn.body.token })
      expect(admission.body.voterId).toBe(asBob.body.account.id)
      expect((await vote(page, poll.id, admission.body.token)).status).toBe(200)
      expect(await readResults(running, poll.id)).toMatchObject({ votes: [2, 0], voters: 2 })
    })

    test('has one vote for an account, named, on a relay and from the host’s own code, too', async () => {
      const poll = await newPoll(['account'])
      const page = openPage(running.origin)
      const { id } = (await page.call<Signed>('POST', '/accounts/sign-up', ann)).body.account
      expect((await vote(page, poll.id, (await admit(page)).body.token)).status).toBe(200)
      const refused = { error: { code: 'ALREADY_VOTED' } }
      const [named] = await running.livePoll.api.nameVoters([id])
      expect((await vote(openPage(running.origin), poll.id, named?.token ?? '')).body).toMatchObject(refused)
      const again = (await page.call<VoterAdmission>('POST', '/voters', {})).body
      expect((await vote(page, poll.id, again.token)).body).toMatchObject(refused)
      const relay = await visitAsRelay(running, 'ws')
      expect(await cast(relay, poll.id, { voter: id })).toMatchObject({ code: 'ALREADY_VOTED' })
      await relay.close()
      const own = running.livePoll.api.castVote({ pollId: poll.id, voter: id, choices: [2] })
      await expect(own).rejects.toMatchObject({ code: 'ALREADY_VOTED' })
      expect(await readResults(running, poll.id)).toMatchObject({ voters: 1 })
    })

    test('closes the channel of a session that ends, whatever ends it', async () => {
      const poll = await newPoll(['account'])
      const [phone, laptop] = [openPage(running.origin), openPage(running.origin)]
      await phone.call('POST', '/accounts/sign-up', ann)
      await laptop.call('POST', '/accounts/sign-in', { email: ann.email, password })
      const [first, second] = [await admit(phone), await admit(laptop)]
      expect(first.body.voterId).toBe(second.body.voterId)
      const sockets = [await connect('ws', first.body), await connect('uWebSockets.js', second.body)]
      const change = await phone.call('POST', '/accounts/password', { current: password, next: 'another password' })
      expect(change.status).toBe(200)
      for (const socket of sockets) expect((await socket.closed).code).toBe(4401)

      const again = await admit(phone)
      expect(again.body.voterId).toBe(first.body.voterId)
      const socket = await connect('ws', again.body)
      expect(await cast(socket, poll.id)).toMatchObject({ type: 'voted' })
      await phone.call('POST', '/accounts/sign-out')
      expect((await socket.closed).code).toBe(4401)
      expect((await admit(laptop)).body.kind).toBe('device')
    })

    test('forgets a person by two calls: the account, then its votes', async () => {
      const [open, closed] = [await newPoll(['account']), await newPoll(['account'])]
      const page = openPage(running.origin)
      const { id } = (await page.call<Signed>('POST', '/accounts/sign-up', ann)).body.account
      const admission = await admit(page)
      for (const poll of [open, closed]) {
        expect((await vote(page, poll.id, admission.body.token)).status).toBe(200)
      }
      await running.livePoll.api.closePoll(closed.id)
      const socket = await connect('ws', (await admit(page)).body)

      await running.livePoll.accounts.deleteAccount(id)
      expect((await socket.closed).code).toBe(4401)
      const late = await newPoll(['account'])
      expect((await vote(page, late.id, admission.body.token)).body).toMatchObject({
        error: { code: 'UNAUTHENTICATED' },
      })
      expect(await readResults(running, open.id)).toMatchObject({ voters: 1 })
      expect(await running.livePoll.api.eraseVoter({ user: id })).toEqual({ polls: 2 })
      expect(await readResults(running, open.id)).toMatchObject({ voters: 0 })
      expect(await readResults(running, closed.id)).toMatchObject({ voters: 1 })
      const again = await page.call<ErrorBody>('POST', '/accounts/sign-in', { email: ann.email, password })
      expect(again.body.error.code).toBe('UNAUTHENTICATED')

      await running.livePoll.accounts.deleteAccount(id)
      expect(await running.livePoll.api.eraseVoter({ user: id })).toEqual({ polls: 0 })
    })

    test('keeps an account whose votes alone are forgotten', async () => {
      const poll = await newPoll(['account'])
      const page = openPage(running.origin)
      const { id } = (await page.call<Signed>('POST', '/accounts/sign-up', ann)).body.account
      const { token } = (await admit(page)).body
      await vote(page, poll.id, token)
      expect(await running.livePoll.api.eraseVoter({ user: id })).toEqual({ polls: 1 })
      expect((await page.call<Signed>('GET', '/accounts/session')).body.account).toMatchObject({ id })
      expect((await vote(page, poll.id, token)).status).toBe(200)
      expect(await readResults(running, poll.id)).toMatchObject({ voters: 1 })
    })

    test('lets organizers run polls, and no voter', async () => {
      const page = openPage(running.origin)
      const { body } = await page.call<Signed>('POST', '/accounts/sign-up', ann)
      const create = () => page.call<Poll & ErrorBody>('POST', '/polls', { question: 'Lunch?', choices: ['A', 'B'] })
      expect((await create()).body.error?.code).toBe('FORBIDDEN')
      expect(await running.livePoll.accounts.setRole(ann.email, 'organizer')).toBe(true)
      const poll = await create()
      expect(poll.status).toBe(201)
      expect((await page.call<Signed>('GET', '/accounts/session')).body.account.role).toBe('organizer')
      expect((await page.call('POST', `/polls/${poll.body.id}/close`)).status).toBe(200)
      expect((await openPage(running.origin).call<ErrorBody>('POST', '/polls', {})).body.error.code).toBe(
        'UNAUTHENTICATED',
      )
      expect(body.account.id).toMatch(/^\w+$/)
    })
  })
}
