import type { Poll, Vote } from '../src/protocol/models.ts'
import { createPage, pollMessage, samplePoll, server } from './fake-server.ts'

type Page = ReturnType<typeof createPage>

/** Says the poll on the newest stream. */
export function sayOnStream({ http }: Pick<Page, 'http'>, fields: Partial<Poll> = {}, vote: Vote | null = null): void {
  http.openStreams.at(-1)?.say(pollMessage(fields, vote))
}

/** A page whose WebSockets are blocked, that watches one poll by a stream. */
export async function createStreamingPage(fields: Partial<Poll> = {}, vote: Vote | null = null) {
  const page = createPage()
  if (vote) page.items.set(`live-poll:voter:${server}`, 'lpv_kept')
  page.polls.set('lunch', samplePoll(fields))
  page.http.vote = vote
  const watched = page.watch()
  await page.settle()
  await page.block()
  sayOnStream(page, fields, vote)
  await page.settle()
  return { ...page, watched, now: watched.now }
}

/** As `createStreamingPage`, where something between spoils streams. */
export async function createPollingPage(options: { readonly token?: string; readonly vote?: Vote } = {}) {
  const page = createPage()
  if (options.token) page.items.set(`live-poll:voter:${server}`, options.token)
  page.http.vote = options.vote ?? null
  page.http.streaming = 'refused'
  const watched = page.watch()
  await page.settle()
  page.http.tellsTime = true
  await page.block()
  page.http.log.length = 0
  return { ...page, watched, now: watched.now }
}
