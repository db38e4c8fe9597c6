import { randomBytes } from 'node:crypto'
import type { ClientMessage } from '@live-poll/client-sdk/protocol'
import { accounts } from '@live-poll/server-sdk/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { messageActions } from '../../src/channel/message-actions.ts'
import { type Action, actions } from '../../src/identity/host-user.ts'
import { channelServers } from '../listeners.ts'
import { routeTable as routes } from '../route-table.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { accessPage } from './access-page.ts'
import { askChannel } from './ask-channel.ts'
import { askRoute } from './ask-route.ts'
import { authorize } from './authorize.ts'
import { type Credentials, credentialsOf, owner, startHost } from './callers.ts'
import {
  type Answer,
  callers,
  type Decision,
  type DecisionTable,
  messageDecisions,
  type PollKind,
  pollKinds,
  routeDecisions,
} from './decisions.ts'
import { ownPage, type Target } from './requests.ts'

const actionsOf = (table: DecisionTable) =>
  Object.fromEntries(Object.entries(table).map(([name, byAction]) => [name, Object.keys(byAction)]))

describe('A decision is listed for', () => {
  it('every action of every route', () => {
    const declared = routes.map(({ method, path, actions }) => [`${method} ${path}`, [...actions]])
    expect(actionsOf(routeDecisions)).toEqual(Object.fromEntries(declared))
  })

  it('every message', () => {
    const declared = Object.entries(messageActions).map(([type, action]) => [type, [action]])
    expect(actionsOf(messageDecisions)).toEqual(Object.fromEntries(declared))
  })

  it('every action that there is, and no route is without one', () => {
    const listed = [routeDecisions, messageDecisions].flatMap((table) => Object.values(actionsOf(table)).flat())
    expect([...new Set(listed)].sort()).toEqual(Object.keys(actions).sort())
    expect(routes.filter((route) => route.actions.length === 0)).toEqual([])
  })

  it('whoever reads the documents: docs/access.md is the table (-u writes it)', async () => {
    await expect(accessPage()).toMatchFileSnapshot('../../../../docs/access.md')
  })
})

for (const mode of ['byOwner', 'byNobody'] as const) {
  describe(mode === 'byOwner' ? 'With an authorize' : 'Without authorize', () => {
    let running: RunningLivePoll
    beforeAll(async () => {
      running = await startHost(mode === 'byOwner' ? { authorize } : {})
    })
    afterAll(() => running.stop())

    for (const [route, byAction] of Object.entries(routeDecisions)) {
      if (isAboutAccounts(route)) continue
      for (const [action, decision] of entriesOf(byAction)) {
        it(`${action} by ${route}`, async () => {
          const ask = (target: Target, shown: Credentials) => askRoute(running, route, action, target, shown)
          expect(await askAll(running, action, decision[mode], ask)).toEqual(decision[mode])
        })
      }
    }

    for (const server of channelServers) {
      for (const [type, byAction] of Object.entries(messageDecisions)) {
        for (const [action, decision] of entriesOf(byAction)) {
          it(`${action} by the message ${type} on ${server}`, async () => {
            const ask = (target: Target, shown: Credentials) =>
              askChannel(running, server, type as ClientMessage['type'], target, shown)
            expect(await askAll(running, action, decision[mode], ask)).toEqual(decision[mode])
          })
        }
      }
    }

    it('has told the log of nothing', () => {
      expect(running.logger.errors).toEqual([])
    })
  })
}

describe('With accounts', () => {
  let running: RunningLivePoll
  beforeAll(async () => {
    running = await startLivePoll({ accounts: accounts(), origins: [ownPage] })
  })
  afterAll(() => running.stop())

  it.each(Object.keys(routeDecisions).filter(isAboutAccounts))('%s', async (route) => {
    const decision = routeDecisions[route]?.useAccount?.byOwner ?? []
    const ask = (target: Target, shown: Credentials) => askRoute(running, route, 'useAccount', target, shown)
    expect(await askAll(running, 'useAccount', decision as Decision, ask)).toEqual(decision)
  })
})

/** Routes that a host has in place of a sign-in of its own. */
function isAboutAccounts(route: string): boolean {
  return route.includes(' /accounts/')
}

/** Asks for every cell of a decision. */
async function askAll(
  running: RunningLivePoll,
  action: Action,
  decision: Decision,
  ask: (target: Target, shown: Credentials) => Promise<Answer>,
) {
  async function row(kind: PollKind): Promise<Answer[]> {
    const answers: Answer[] = []
    let target: Target | undefined
    for (const caller of callers) {
      // Everything else may be asked for again about the same poll.
      if (!target || action === 'deletePoll') target = await makeTarget(running, kind, action)
      answers.push(await ask(target, await credentialsOf(running, caller)))
    }
    return answers
  }
  if (!('public' in decision)) return row('public')
  const rows = pollKinds.map(async (kind) => [kind, await row(kind)] as const)
  return Object.fromEntries(await Promise.all(rows))
}

async function makeTarget({ livePoll }: RunningLivePoll, kind: PollKind, action: Action): Promise<Target> {
  if (kind === 'missing') return { id: `p_${randomBytes(12).toString('base64url')}`, isThere: false }
  const { id } = await livePoll.api.createPoll(
    {
      ...{ question: 'Lunch?', choices: ['Soup', 'Salad'], isPrivate: kind === 'private' },
      ...(action === 'viewResults' && { showResults: 'organizers' }),
    },
    { owner },
  )
  return { id, isThere: true }
}

function entriesOf(byAction: DecisionTable[string]) {
  return Object.entries(byAction) as [Action, NonNullable<(typeof byAction)[Action]>][]
}
