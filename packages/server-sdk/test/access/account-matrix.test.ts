import type { ErrorBody } from '@live-poll/client-sdk/protocol'
import { accounts } from '@live-poll/server-sdk/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccountRouteParts, createAccountRoutes } from '../../src/http/account-routes.ts'
import { openPage, type Page } from '../accounts/browser-like.ts'
import { password } from '../accounts/open-test-accounts.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { accountDecisions, type Visitor, visitors } from './account-decisions.ts'
import type { Answer } from './decisions.ts'

const routes = createAccountRoutes({} as AccountRouteParts)

describe('Accounts', () => {
  let running: RunningLivePoll
  beforeAll(async () => {
    running = await startLivePoll({ accounts: accounts() })
  })
  afterAll(() => running.stop())

  it('have a decision for every route', () => {
    expect(Object.keys(accountDecisions)).toEqual(routes.map(({ method, path }) => `${method} ${path}`))
    for (const { actions } of routes) expect(actions).toEqual(['useAccount'])
  })

  it.each(Object.entries(accountDecisions))('%s', async (route, decision) => {
    const answers: Answer[] = []
    for (const visitor of visitors) answers.push(await ask(running, route, visitor))
    expect(answers).toEqual(decision)
  })
})

let people = 0

async function ask({ origin }: RunningLivePoll, route: string, visitor: Visitor): Promise<Answer> {
  const page = openPage(origin)
  const email = `person${++people}@example.org`
  await page.call('POST', '/accounts/sign-up', { email, password, name: 'Somebody' })
  if (visitor === 'nobody') await page.call('POST', '/accounts/sign-out')
  const [method = '', path = ''] = route.split(' ')
  const headers = headersOf[visitor]
  const answer = await page.call<ErrorBody>(method, path, bodyOf(path, email), { ...(headers && { headers }) })
  return answer.status < 300 ? 'ok' : answer.body.error.code
}

const headersOf: Partial<Record<Visitor, NonNullable<Parameters<Page['call']>[3]>['headers']>> = {
  'page of another site': { origin: 'https://evil.example' },
  'no page': { 'live-poll-client': '' },
}

/** What is answered 2xx to whoever may send it. */
function bodyOf(path: string, email: string): object | undefined {
  if (path.endsWith('/sign-up')) return { email: `new.${email}`, password, name: 'Somebody new' }
  if (path.endsWith('/sign-in')) return { email, password }
  if (path.endsWith('/password')) return { current: password, next: 'another password' }
  return undefined
}
