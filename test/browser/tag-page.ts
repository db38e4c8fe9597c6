import type { Locator, Page } from 'playwright-core'

/** A script that keeps every event of the tag, as the page's document hears it, in `heard`. */
export const hearEvents = `<script>
  const heard = []
  for (const type of ['live-poll-vote', 'live-poll-results', 'live-poll-error'])
    document.addEventListener(type, ({ detail }) => heard.push({ type, detail }))
</script>`

/** Votes as a visitor does, and waits for the acknowledgement. */
export async function vote(page: Page, choice: string): Promise<void> {
  await page.getByRole('radio', { name: choice }).check()
  await page.getByRole('button', { name: 'Vote', exact: true }).click()
  await page.getByText('Your vote is counted').waitFor()
}

export async function textOf(element: Locator): Promise<string> {
  return ((await element.textContent()) ?? '').trim()
}

export function rowOf(page: Page, choice: string): Locator {
  return page.locator('.choice').filter({ has: page.getByText(choice, { exact: true }) })
}

/** Count and share at the end of a row. */
export async function figureOf(page: Page, choice: string): Promise<string[]> {
  const row = rowOf(page, choice)
  return [await textOf(row.locator('.count')), await textOf(row.locator('.share'))]
}

/** How much of its row the bar fills, 0 to 1. */
export function barOf(page: Page, choice: string): Promise<number> {
  const bar = rowOf(page, choice).locator('.bar')
  return bar.evaluate((element) => element.clientWidth / (element.parentElement?.clientWidth ?? 0))
}

/** How many took part, as it says. */
export function turnoutOf(page: Page): Promise<string> {
  return textOf(page.locator('.turnout'))
}

/** The line under the question. */
export function statusOf(page: Page): Promise<string> {
  return textOf(page.locator('.status'))
}

/** The line under the poll. */
export function noteOf(page: Page): Promise<string> {
  return textOf(page.locator('.note'))
}

/** The id, or else the text, of what has the focus within the tag. */
export function focusOf(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement
    return inner?.id || inner?.textContent?.trim()
  })
}

/** Run before a page's own scripts: keeps, in `spoken`, every text that the tag's live regions take on. */
export function hearSpeech(): void {
  const spoken: string[] = []
  Object.assign(globalThis, { spoken })
  const last = new WeakMap<Element, string>()
  const listen = () => {
    for (const region of document.querySelector('live-poll')?.shadowRoot?.querySelectorAll('[role=status]') ?? []) {
      const text = region.textContent?.trim() ?? ''
      if (text && text !== last.get(region)) spoken.push(text)
      last.set(region, text)
    }
    requestAnimationFrame(listen)
  }
  listen()
}
