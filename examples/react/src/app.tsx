import type { PollClient } from '@live-poll/client-sdk'
import { useState } from 'react'
import './live-poll-tag.ts'
import { Tally } from './tally.tsx'

/** The tag, and beside it the same poll drawn by components of one's own. */
export function App({ client, pollId }: { client: PollClient; pollId: string }) {
  const [voted, setVoted] = useState<readonly number[]>()
  return (
    <>
      <live-poll poll={pollId} choices={3} onlive-poll-vote={({ detail }) => setVoted(detail.choices)} />
      {voted && <p>The tag has voted for choice {voted.join(', ')}.</p>}
      <Tally client={client} pollId={pollId} />
    </>
  )
}
