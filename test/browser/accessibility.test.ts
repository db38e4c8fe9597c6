import axe from 'axe-core'
import type { Page, WebSocketRoute } from 'playwright-core'
import { expect } from 'vitest'
import { byTurns } from '../../packages/server-sdk/test/at-length.ts'
import { describeInBrowser, test } from './browser-test.ts'
import type { Site } from './site.ts'
import { vote } from './tag-page.ts'

/** Brings a page to a state of the tag; the server is real, so each state is one that voters meet. */
const states: Record<string, (page: Page, site: Site) => Promise<void>> = {
  async loading(page, site) {
    await page.route('**/live-poll/polls/*', () => {}) // never answered
    await page.goto(site.tag('poll="p_1" choices="2"'))
    await page.getByText('Loading the poll').waitFor({ state: 'attached' })
  },
  async ballot(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await page.getByText('Choose one').waitFor()
  },
  async 'ballot with a choice made'(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await page.getByRole('radio', { name: 'Salad' }).check()
  },
  async 'ballot of several choices, too many made'(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site, { ballot: { min: 1, max: 2 } })}"`))
    for (const name of ['Soup', 'Salad', 'Noodles']) await page.getByRole('checkbox', { name }).check()
  },
  async 'ballot without votes'(page, site) {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    await page.goto(site.tag(`poll="${id}"`))
    await page.getByText('No votes yet').waitFor()
  },
  async voted(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await vote(page, 'Salad')
  },
  async 'changing a vote'(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await vote(page, 'Salad')
    await page.getByRole('button', { name: 'Change vote' }).click()
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
  },
  async 'scheduled, counting down'(page, site) {
    const opensAt = new Date(Date.now() + 600_000).toISOString()
    await page.goto(site.tag(`poll="${await lunch(site, { opensAt }, 0)}"`))
    await page.getByText('Opens in').waitFor()
  },
  async 'scheduled for later'(page, site) {
    const opensAt = new Date(Date.now() + 7_200_000).toISOString()
    await page.goto(site.tag(`poll="${await lunch(site, { opensAt }, 0)}"`))
    await page.getByText('Opens').waitFor()
  },
  async 'closing, results hidden'(page, site) {
    const closesAt = new Date(Date.now() + 600_000).toISOString()
    await page.goto(site.tag(`poll="${await lunch(site, { closesAt, showResults: 'after-vote' })}"`))
    await page.getByText('Closes in').waitFor()
    await page.getByText('Results appear when you have voted').waitFor()
  },
  async 'voted, results hidden'(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site, { showResults: 'after-close' })}"`))
    await vote(page, 'Salad')
  },
  async 'vote taken back'(page, site) {
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await vote(page, 'Salad')
    await page.getByRole('button', { name: 'Take back vote' }).click()
    await page.getByText('Your vote was taken back').waitFor()
  },
  async 'edited while a ballot is half filled'(page, site) {
    const id = await lunch(site, { ballot: { max: 2 } }, 0)
    await page.goto(site.tag(`poll="${id}"`))
    await page.getByRole('checkbox', { name: 'Salad' }).check()
    await site.livePoll.api.editPoll(id, { choices: ['Pie', { id: 2, label: 'Salad' }, { id: 1, label: 'Broth' }] })
    await page.getByText('This poll was changed').waitFor()
  },
  async 'started anew'(page, site) {
    const id = await lunch(site)
    await page.goto(site.tag(`poll="${id}"`))
    await vote(page, 'Salad')
    await site.livePoll.api.resetPoll(id, { epoch: (await site.livePoll.api.getPoll(id)).epoch })
    await page.getByText('This poll was started anew').waitFor()
  },
  async 'results alone'(page, site) {
    const id = await lunch(site)
    await page.goto(site.tag('hidden', `<live-poll-results poll="${id}" presence></live-poll-results>`))
    await page.getByText('3 voters').waitFor()
  },
  async 'closed, one who voted'(page, site) {
    const id = await lunch(site)
    await page.goto(site.tag(`poll="${id}"`))
    await vote(page, 'Salad')
    await site.livePoll.api.closePoll(id)
    await page.getByText('Thank you for voting').waitFor()
  },
  async closed(page, site) {
    const id = await lunch(site)
    await site.livePoll.api.closePoll(id)
    await page.goto(site.tag(`poll="${id}"`))
    await page.getByText('Final result').waitFor()
  },
  async 'offline, a vote waiting'(page, site) {
    const sockets: WebSocketRoute[] = []
    await page.routeWebSocket('**/live-poll/channel', (socket) => {
      if (sockets.push(socket) === 1) socket.connectToServer()
      else void socket.close()
    })
    await page.goto(site.tag(`poll="${await lunch(site)}"`))
    await page.getByRole('radio', { name: 'Salad' }).check()
    await page.route('**/live-poll/**', (route) => route.abort())
    await sockets[0]?.close({ code: 1012 })
    await page.getByRole('button', { name: 'Vote' }).click()
    await page.getByText('No connection. Your vote is kept').waitFor()
  },
  async 'refused by the server'(page, site) {
    const error = { code: 'FORBIDDEN', message: 'You may not do this.', requestId: 'r' }
    await page.route('**/live-poll/polls/*', (route) => route.fulfill({ status: 403, json: { error } }))
    await page.routeWebSocket('**/live-poll/channel', () => {}) // silent: the real one knows no such poll
    await page.goto(site.tag('poll="p_1"'))
    await page.getByText('You may not do this.').waitFor()
  },
  async 'not found'(page, site) {
    await page.goto(site.tag('poll="p_nowhere"'))
    await page.getByText('There is no poll here.').waitFor()
  },
}

describeInBrowser('accessibility', () => {
  for (const [state, reach] of byTurns('states of the tag', Object.entries(states), 10, ([name]) => name)) {
    test(`${state}: axe finds nothing, by light or in the dark`, async ({ site, open }) => {
      const page = await open('about:blank', { viewport: { width: 360, height: 800 } })
      await reach(page, site)
      await page.addStyleTag({ content: ':root { color-scheme: light dark; font-family: sans-serif }' })
      await page.evaluate(axe.source)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
        // In the dark it is the same document in other colors.
        const rules = colorScheme === 'light' ? {} : { runOnly: ['color-contrast'] }
        expect(await violationsOf(page, rules), colorScheme).toEqual([])
      }
    })
  }

  test('choices, figures and the own vote are said in words', async ({ site, open }) => {
    const page = await open('about:blank')
    await states.voted?.(page, site)
    await expect
      .poll(() => page.locator('live-poll').ariaSnapshot())
      .toBe(`- group "What shall we have for lunch?":
  - text: What shall we have for lunch?
  - paragraph:
    - status: Thank you. Your vote is counted
  - list:
    - listitem: Soup 50% 2 votes
    - listitem: "Your vote: Salad 50% 2 votes"
    - listitem: Noodles 0% 0 votes
- button "Change vote"
- button "Take back vote"
- paragraph: 4 voters
- paragraph:
  - status
- status: "4 voters. Soup: 50%"`)
  })
})

/** A poll on which three have voted, or as many as may. */
async function lunch(site: Site, rules = {}, voters = 3): Promise<string> {
  const { api } = site.livePoll
  const choices = ['Soup', 'Salad', 'Noodles']
  const { id } = await api.createPoll({ question: 'What shall we have for lunch?', choices, ...rules })
  for (const [voter, choice] of [1, 1, 2].slice(0, voters).entries()) {
    await api.castVote({ pollId: id, voter: `voter ${voter}`, choices: [choice] })
  }
  return id
}

async function violationsOf(page: Page, rules: axe.RunOptions): Promise<string[]> {
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${JSON.stringify(rules)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  )
}
