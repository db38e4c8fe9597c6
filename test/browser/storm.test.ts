import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, script } from './site.ts'
import { figureOf, focusOf, turnoutOf } from './tag-page.ts'

const test = base.override('siteOptions', async () => ({ resultsInterval: 1 }))

/** Run before a page's own scripts: adds up layout shifts in `shift`. */
function watchShifts(): void {
  Object.assign(globalThis, { shift: 0 })
  const add = (entries: PerformanceEntryList) => {
    for (const { value } of entries as unknown as { value: number }[])
      (globalThis as unknown as { shift: number }).shift += value
  }
  new PerformanceObserver((list) => add(list.getEntries())).observe({ type: 'layout-shift', buffered: true })
}

/**
 * Run before a page's own scripts: between the socket and the client, frames with results are lost, repeated, held back
 * and given out of turn. Once `calm` is true everything held is given, in the wrong order, and then all as it comes.
 */
function spoilFrames(seed: number): void {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  const Socket = globalThis.WebSocket
  const held: (() => void)[] = []
  const counts = { lost: 0, repeated: 0, late: 0 }
  const giveAll = () => {
    for (const give of held.splice(0).reverse()) give()
  }
  Object.assign(globalThis, { calm: false, counts, giveAll })
  globalThis.WebSocket = class extends Socket {
    override set onmessage(listener: ((event: MessageEvent) => void) | null) {
      super.onmessage = (event) => {
        const give = () => listener?.call(this, event)
        const isResults = JSON.parse(event.data).type === 'results'
        if (!isResults || (globalThis as unknown as { calm: boolean }).calm) return give()
        const fate = random()
        if (fate < 0.2) {
          counts.lost++
          return
        }
        if (fate < 0.5) {
          counts.late++
          held.push(give)
        } else give()
        if (random() < 0.3) {
          counts.repeated++
          held.push(give)
        }
        if (held.length > 5) held.splice(Math.floor(random() * held.length), 1)[0]?.()
      }
    }
  }
}

describeInBrowser('100 updates a second', () => {
  test('change nothing in a half-filled ballot: nodes, ticks, focus and places stay', async ({ site, open }) => {
    const { api } = site.livePoll
    const choices = ['Basil', 'Capers', 'Olives', 'Onions']
    const { id } = await api.createPoll({ question: 'Toppings?', choices, ballot: { min: 2, max: 4 } })
    await api.castVote({ pollId: id, voter: 'someone', choices: [1, 2] })
    const page = await open('about:blank')
    await page.addInitScript(watchShifts)
    await page.goto(
      site.page(htmlPage(`${script()}<live-poll poll="${id}" choices="4"></live-poll><p>What follows.</p>`)),
    )
    await page.getByRole('checkbox', { name: 'Capers' }).check()
    await page.getByRole('checkbox', { name: 'Olives' }).focus()
    const nodes = await page.evaluateHandle(() => [
      ...(document
        .querySelector('live-poll')
        ?.shadowRoot?.querySelectorAll('form, fieldset, li, input, label, button') ?? []),
    ])
    const places = await placesOf(page)
    await page.evaluate(() => {
      const label = document.querySelector('live-poll')?.shadowRoot?.querySelector('[part=label]')
      if (label) getSelection()?.selectAllChildren(label)
      Object.assign(globalThis, { shift: 0, updates: 0 })
      document.addEventListener('live-poll-results', () => (globalThis as unknown as { updates: number }).updates++)
    })

    const updates = 300
    const started = performance.now()
    for (let voter = 1; voter <= updates; voter++) {
      await api.castVote({ pollId: id, voter: `voter ${voter}`, choices: [1, 1 + (voter % 3) + 1] })
      const ahead = started + voter * 10 - performance.now()
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
    }
    await expect.poll(() => turnoutOf(page)).toBe(`${updates + 1} voters`)
    expect(await figureOf(page, 'Basil')).toEqual([`${updates + 1}`, '100%'])
    expect(await page.evaluate('updates')).toBeGreaterThan(updates / 4)

    const state = await nodes.evaluate((all) => {
      const root = document.querySelector('live-poll')?.shadowRoot
      const current = [...(root?.querySelectorAll('form, fieldset, li, input, label, button') ?? [])]
      return {
        areSame: current.length === all.length && current.every((node, index) => node === all[index]),
        ticks: [...(root?.querySelectorAll('input') ?? [])].map(({ checked }) => checked),
      }
    })
    expect(state).toEqual({ areSame: true, ticks: [false, true, false, false] })
    expect(await focusOf(page)).toBe('choice-3')
    expect(await page.evaluate('getSelection().toString()')).toBe('Basil')
    expect(await placesOf(page)).toEqual(places)
    expect(await page.evaluate('shift')).toBeLessThan(0.001) // figures grow at their beginning
  })
})

describeInBrowser('snapshots lost, repeated and out of turn', () => {
  test('no screen shows an older version after a newer one, and all end equal', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const pages: Page[] = []
    for (const seed of [1, 2, 3]) {
      const page = await open('about:blank')
      await page.addInitScript(spoilFrames, seed)
      await page.addInitScript(() => {
        const shown: number[] = []
        Object.assign(globalThis, { shown })
        const look = () => {
          for (const tag of ['live-poll', 'live-poll-results']) {
            const text = document.querySelector(tag)?.shadowRoot?.querySelector('.turnout')?.textContent ?? ''
            const voters = Number.parseInt(text, 10)
            if (tag === 'live-poll' && voters && voters !== shown.at(-1)) shown.push(voters)
          }
          requestAnimationFrame(look)
        }
        look()
      })
      await page.goto(site.tag(`poll="${id}"`, `<live-poll-results poll="${id}"></live-poll-results>`))
      await page.locator('live-poll').getByText('No votes yet').waitFor()
      pages.push(page)
    }

    const votes = 200
    for (let voter = 1; voter <= votes; voter++) {
      await api.castVote({ pollId: id, voter: `voter ${voter}`, choices: [1 + (voter % 2)] })
    }
    for (const page of pages) await page.evaluate('giveAll(), calm = true')
    await api.castVote({ pollId: id, voter: 'the last', choices: [1] })

    for (const page of pages) {
      for (const tag of ['live-poll', 'live-poll-results']) {
        await page
          .locator(tag)
          .getByText(`${votes + 1} voters`, { exact: true })
          .waitFor()
        expect(await page.locator(tag).locator('.count').allTextContents()).toEqual(['101', '100'])
      }
      const { lost, repeated, late } = await page.evaluate<Record<string, number>>('counts')
      expect(Math.min(lost ?? 0, repeated ?? 0, late ?? 0)).toBeGreaterThan(5)
      const shown = await page.evaluate<number[]>('shown')
      expect(shown).toEqual([...shown].sort((a, b) => a - b))
      expect(shown.length).toBeGreaterThan(5)
    }
  })
})

function placesOf(page: Page): Promise<(readonly [number, number])[]> {
  return page.evaluate(() => {
    const rows = document.querySelector('live-poll')?.shadowRoot?.querySelectorAll('li') ?? []
    return [...rows, ...document.querySelectorAll('p')].map((element) => {
      const { y, height } = element.getBoundingClientRect()
      return [y, height] as const
    })
  })
}
