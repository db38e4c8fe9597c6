import { createPollApi, type PollApi } from '@live-poll/client-sdk'
import { type AccountApi, createAccountApi } from '@live-poll/client-sdk/accounts'
import { ownPage } from '../access/requests.ts'
import { adminKey } from '../admin-key.ts'
import { newPicture } from '../pictures.ts'
import type { SeenAnswer } from './check-answer.ts'
import { recordedFetch } from './recorded-fetch.ts'

/** Calls every function of the client and every other route, with success and in vain. @returns what was answered, and what was called */
export async function walkApi(server: string) {
  const seen: SeenAnswer[] = []
  const called = new Set<string>()
  const api = (token?: string): PollApi =>
    named(createPollApi({ server, ...(token && { token }), fetch: recordedFetch(server, seen) }), called)
  const ask = recordedFetch(server, seen, { authorization: `Bearer ${adminKey}` })
  const organizer = api(adminKey)

  const picture = await organizer.uploadImage(new Blob([new Uint8Array(await newPicture())], { type: 'image/png' }))
  const unused = await organizer.uploadImage(new Blob([new Uint8Array(await newPicture())], { type: 'image/png' }))
  const input = { question: 'Lunch?', image: { id: picture.id, alt: 'A table' }, choices: ['Soup', 'Salad'] }
  const once = { idempotencyKey: 'lunch' }
  const { id, epoch } = await organizer.createPoll(input, once)
  await inVain(organizer.createPoll({ ...input, question: 'Dinner?' }, once), 'IDEMPOTENCY_KEY_REUSED')
  await inVain(organizer.createPoll({ question: '', choices: [] }), 'INVALID')
  await inVain(api().createPoll(input), 'UNAUTHENTICATED')
  await organizer.listPolls({ limit: 1 })
  await inVain(organizer.listPolls({ limit: 101 }), 'INVALID')
  await organizer.openPoll(id)

  const { token } = await api().admitVoter()
  const voter = api(token)
  await inVain(api().admitVoter({ isKnown: true }), 'UNAUTHENTICATED')
  await inVain(voter.closePoll(id), 'FORBIDDEN')
  await organizer.admitVoters(['ann'])
  await organizer.admitRelay()
  expectNull(await voter.getVote(id))
  await voter.castVote(id, { voteId: 'a', choices: [1], revision: 0, epoch })
  await voter.castVote(id, { voteId: 'a', choices: [1], revision: 0, epoch })
  await inVain(voter.castVote(id, { voteId: 'b', choices: [2], revision: 0 }), 'REVISION_CONFLICT')
  await inVain(voter.castVote(id, { voteId: 'a', choices: [2] }), 'VOTE_ID_REUSED')
  await inVain(voter.castVote(id, { voteId: 'b', choices: [3] }), 'INVALID')
  await inVain(voter.castVote(id, { voteId: 'b', choices: [2], epoch: epoch + 1 }), 'EPOCH_CHANGED')
  await voter.getVote(id)
  await voter.retractVote(id, { voteId: 'c', revision: 1 })
  await voter.castVote(id, { voteId: 'd', choices: [2] })

  await inVain(organizer.editPoll(id, { question: 'Dinner?' }), 'POLL_HAS_VOTES')
  await organizer.editPoll(id, { choices: ['Salad', 'Soup', 'Rice'] })
  const invitations = await organizer.createInvitations(id, { count: 2 })
  await organizer.countInvitations(id)
  await organizer.revokeInvitation(id, invitations[0]?.id ?? '')
  await inVain(organizer.revokeInvitation(id, 'A'.repeat(22)), 'NOT_FOUND')
  await inVain(api().admitVoter({ invitation: 'no-code' }), 'INVITATION_INVALID')
  await organizer.voidVotes(id, { filter: { choices: [2] }, reason: 'A trial.' })
  await organizer.readAudit(id)
  await organizer.eraseVoter('ann')
  await organizer.getPoll(id)
  await organizer.getResults(id)
  await organizer.closePoll(id)
  await inVain(api((await api().admitVoter()).token).castVote(id, { voteId: 'e', choices: [1] }), 'POLL_CLOSED')
  await inVain(organizer.openPoll(id), 'POLL_CLOSED')
  await organizer.resetPoll(id, { epoch })
  const hidden = await organizer.createPoll({ ...input, showResults: 'organizers', opensAt: '2999-01-01T00:00:00Z' })
  await inVain(voter.getResults(hidden.id), 'RESULTS_HIDDEN')
  await inVain(voter.castVote(hidden.id, { voteId: 'f', choices: [1] }), 'POLL_NOT_OPEN')

  await askForTheRest(server, ask, { id, picture: picture.id })
  await organizer.deleteImage(unused.id)
  await inVain(organizer.deleteImage(unused.id), 'NOT_FOUND')
  await organizer.deletePoll(id)
  await inVain(organizer.getPoll(id), 'POLL_NOT_FOUND')
  const page = recordedFetch(server, seen, { origin: ownPage })
  await walkAccounts(named(createAccountApi({ server, fetch: page }), called))
  return { seen, called, offered: [organizer, createAccountApi({ server })].flatMap((calls) => Object.keys(calls)) }
}

/** What the client has no call for, or sends otherwise than a stranger may. */
async function askForTheRest(server: string, ask: typeof fetch, { id, picture }: { id: string; picture: string }) {
  const poll = await ask(`${server}/polls/${id}`)
  const etag = poll.headers.get('etag') ?? ''
  await ask(`${server}/polls/${id}`, { headers: { 'if-none-match': etag } })
  const body = { method: 'POST', headers: { 'content-type': 'application/json' } }
  await ask(`${server}/polls`, { ...body, body: '{' })
  await ask(`${server}/polls`, { method: 'POST', body: 'question=Lunch' })
  await ask(`${server}/polls`, { ...body, body: JSON.stringify('x'.repeat(70_000)) })
  const stopped = new AbortController()
  await ask(`${server}/polls/${id}/events`, { headers: { authorization: '' }, signal: stopped.signal })
  stopped.abort()
  await ask(`${server}/images/${picture}`)
  await ask(`${server}/images/${picture}`, { headers: { range: 'bytes=0-9' } })
  await ask(`${server}/images/${picture}`, { headers: { range: 'bytes=999999999-' } })
  await ask(`${server}/images/${picture}?w=0`)
  const script = await (await ask(`${server}/widget.js`)).text()
  const [part = ''] = /widget\/\w+\/[\w-]+\.js/.exec(script) ?? []
  await ask(`${server}/${part}`)
  await ask(`${server}/widget/none/none.js`)
  for (const path of ['health/live', 'health/ready', 'metrics', 'openapi.json']) await ask(`${server}/${path}`)
}

async function walkAccounts(accounts: AccountApi) {
  const account = { email: 'ann@example.org', password: 'correct horse battery' }
  await accounts.signUp({ ...account, name: 'Ann' })
  await accounts.session()
  await accounts.changePassword({ current: account.password, next: `${account.password}!` })
  await accounts.signOut()
  await accounts.session()
  await inVain(accounts.signIn(account), 'UNAUTHENTICATED')
  await accounts.signIn({ ...account, password: `${account.password}!` })
}

/** Notes which of its functions are called. */
function named<T extends object>(calls: T, called: Set<string>): T {
  const note = (target: T, name: string | symbol): unknown => {
    called.add(String(name))
    return Reflect.get(target, name)
  }
  return new Proxy(calls, { get: note })
}

async function inVain(call: Promise<unknown>, code: string): Promise<void> {
  const answered = await call.then(
    () => 'success',
    (error) => error.code ?? String(error),
  )
  if (answered !== code) throw new Error(`Expected ${code}, and it was ${answered}.`)
}

function expectNull(value: unknown): void {
  if (value !== null) throw new Error('Expected null.')
}
