import { livePoll } from '../lib/live-poll'
import { PollTag } from './poll-tag'

/** The newest poll is looked up for each visitor, not while the app is built. */
export const dynamic = 'force-dynamic'

export default async function Page() {
  return <PollTag poll={(await newestPoll()).id} />
}

async function newestPoll() {
  const { polls } = await livePoll.api.listPolls({ limit: 1 })
  if (polls[0]) return polls[0]
  const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
  return livePoll.api.createPoll(poll, { idempotencyKey: 'first' }) // two visitors may come at once
}
