import { type PollClient, PollError } from '@live-poll/client-sdk'
import { useState } from 'react'
import { usePoll } from './use-poll.ts'

/** A poll without the tag: a button for each choice, with its votes. */
export function Tally({ client, pollId }: { client: PollClient; pollId: string }) {
  const watched = usePoll(client, pollId)
  const [refusal, setRefusal] = useState('')
  if (!watched?.poll) return <p>{watched?.status === 'not-found' ? 'There is no such poll.' : 'Loading…'}</p>

  async function vote(choice: number) {
    try {
      await client.vote(pollId, [choice])
      setRefusal('')
    } catch (error) {
      if (!(error instanceof PollError)) throw error
      setRefusal(error.message)
    }
  }

  const { poll, results, vote: own } = watched
  return (
    <section aria-label="Your own components">
      <h2>{poll.question}, drawn by your own components</h2>
      <ul>
        {poll.choices.map(({ id, label }, index) => (
          <li key={id}>
            <button type="button" aria-pressed={own?.choices?.includes(id) ?? false} onClick={() => vote(id)}>
              {label}: {results?.votes[index] ?? 'hidden'}
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{refusal}</p>
    </section>
  )
}
