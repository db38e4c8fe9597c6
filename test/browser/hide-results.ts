import type { Poll } from '@live-poll/server-sdk'
import type { Page } from 'playwright-core'

/** Makes the polls of a page ones whose results appear with the vote, as a server would that hides them. */
export async function hideResultsUntilVoted(page: Page): Promise<void> {
  let hasVoted = false
  let held: string | undefined
  const mask = (poll: Poll) => ({ ...poll, showResults: 'after-vote', results: hasVoted ? poll.results : null })

  await page.route('**/live-poll/polls/*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: mask(await response.json()) })
  })
  await page.routeWebSocket('**/live-poll/channel', (socket) => {
    socket.connectToServer().onMessage((frame) => {
      const message = JSON.parse(`${frame}`)
      if (message.type === 'results' && !hasVoted) held = `${frame}`
      else if (message.type === 'poll') socket.send(JSON.stringify({ ...message, poll: mask(message.poll) }))
      else socket.send(frame)
      if (message.type !== 'voted') return
      hasVoted = true
      if (held) socket.send(held)
    })
  })
}
