import { randomUUID } from 'node:crypto'
import type { LivePoll } from '@live-poll/server-sdk'
import type { Action } from '../../src/identity/host-user.ts'
import type { CallOptions } from '../http-client.ts'
import { newPicture } from '../pictures.ts'

/** The poll that a request is about. */
export interface Target {
  readonly id: string
  readonly isThere: boolean
}

export interface AccessRequest extends CallOptions {
  /** After the route's path. */
  readonly query?: string
  /** Of the path, besides `:id`. */
  readonly params?: Readonly<Record<string, string>>
  /** Sent before, by the same caller, whatever is answered. */
  readonly before?: CallOptions & { readonly method: string }
}

type RequestOf = (target: Target, livePoll: LivePoll) => AccessRequest | Promise<AccessRequest>

const query = new URLSearchParams()
const password = 'correct horse battery'
const newAccount = () => ({ email: `${randomUUID()}@example.org`, password, name: 'Ann' })
/** An origin that the host names. */
export const ownPage = 'https://app.example'
const ofOwnPage = { origin: ownPage, 'live-poll-client': '1' }

const nothing: RequestOf = () => ({})
const vote = { voteId: 'v', choices: [1] }

/** For every action of every route, a request that is answered 2xx to whoever may send it. */
export const requests: Readonly<Record<string, Readonly<Partial<Record<Action, RequestOf>>>>> = {
  'POST /polls': { createPoll: () => ({ body: { question: 'Dinner?', choices: ['Soup', 'Salad'] } }) },
  'GET /polls': { listPolls: nothing },
  'GET /polls/:id': { viewPoll: nothing, viewResults: nothing },
  'PATCH /polls/:id': { editPoll: () => ({ body: { question: 'Dinner?' } }) },
  'DELETE /polls/:id': { deletePoll: nothing },
  'POST /polls/:id/open': { openPoll: nothing },
  'POST /polls/:id/close': { closePoll: nothing },
  'POST /polls/:id/reset': { resetPoll: () => ({ body: { epoch: 1 } }) },
  'GET /polls/:id/results': { viewResults: nothing },
  'GET /polls/:id/events': { viewPoll: nothing, viewResults: nothing },
  'PUT /polls/:id/vote': { castVote: () => ({ body: vote }) },
  'DELETE /polls/:id/vote': { castVote: () => ({ query: '?voteId=w', before: { method: 'PUT', body: vote } }) },
  'GET /polls/:id/vote': { readVote: () => ({ before: { method: 'PUT', body: vote } }) },
  'POST /voters': {
    admitVoter: nothing,
    nameVoters: () => ({ body: { voters: ['grace'] } }),
    createRelay: () => ({ body: { relay: true } }),
  },
  'POST /polls/:id/invitations': { createInvitations: () => ({ body: { count: 1 } }) },
  'GET /polls/:id/invitations': { countInvitations: nothing },
  'DELETE /polls/:id/invitations/:invitation': {
    async revokeInvitation({ id, isThere }, { api }) {
      const [made] = isThere ? await api.createInvitations(id, { count: 1 }) : []
      return { params: { invitation: made?.id ?? 'A'.repeat(22) } }
    },
  },
  'POST /polls/:id/void': { voidVotes: () => ({ body: { filter: { choices: [1] }, reason: 'A trial.' } }) },
  'GET /polls/:id/audit': { readAudit: nothing },
  'POST /images': { uploadImage: async () => ({ body: await newPicture(), type: 'image/png' }) },
  'GET /images/:image': {
    async viewImage(_, { api }) {
      const { id } = await api.storeImage(await newPicture())
      await api.createPoll({ question: 'Which?', image: { id }, choices: ['Soup', 'Salad'] })
      return { params: { image: id } }
    },
  },
  'DELETE /images/:image': {
    async deleteImage(_, { api }) {
      const { id } = await api.storeImage(await newPicture(), { owner: 'ada' })
      return { params: { image: id } }
    },
  },
  'DELETE /voters/:voter': { eraseVoter: () => ({ params: { voter: 'grace' } }) },
  'GET /metrics': { readMetrics: nothing },
  'POST /accounts/sign-up': { useAccount: () => ({ headers: ofOwnPage, body: newAccount() }) },
  'POST /accounts/sign-in': {
    async useAccount(_, { handle, basePath }) {
      const account = newAccount()
      const headers = new Headers({ ...ofOwnPage, 'content-type': 'application/json' })
      const path = `${basePath}/accounts/sign-up`
      await handle({ method: 'POST', path, query, headers, readBody: async () => ({ json: account }) })
      return { headers: ofOwnPage, body: { email: account.email, password } }
    },
  },
  'POST /accounts/sign-out': { useAccount: () => ({ headers: ofOwnPage }) },
  'GET /accounts/session': { useAccount: () => ({ headers: ofOwnPage }) },
  'POST /accounts/password': {
    useAccount: () => ({ headers: ofOwnPage, body: { current: password, next: `${password}!` } }),
  },
  'GET /widget.js': { none: nothing },
  'GET /widget/:hash/:file': {
    async none(_, { handle, basePath }) {
      const path = `${basePath}/widget.js`
      const script = await handle({
        method: 'GET',
        path,
        query: new URLSearchParams(),
        headers: new Headers(),
        readBody,
      })
      const [, hash = '', file = ''] = /widget\/(\w+)\/([\w-]+\.js)/.exec(String(script?.body)) ?? []
      return { params: { hash, file } }
    },
  },
  'GET /health/live': { none: nothing },
  'GET /health/ready': { none: nothing },
  'GET /openapi.json': { none: nothing },
}

function readBody(): never {
  throw new Error('There is no body.')
}
