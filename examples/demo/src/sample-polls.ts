import type { LivePoll, PollInput } from '@live-poll/server-sdk'

const samples: readonly PollInput[] = [
  {
    question: 'What makes a meeting worth it?',
    choices: ['A clear question', 'The right people', 'A decision at the end', 'Ending early', 'Something to eat'],
    ballot: { max: 2 },
    showResults: 'after-vote', // nobody is led by the others
  },
  {
    question: 'Where do you do your best thinking?',
    choices: ['On a walk', 'In the shower', 'At my desk', 'Just before sleep'],
  },
]

/** Fills an empty database, so that the first visit has something to vote on. */
export async function seedOnce({ listPolls, createPoll }: LivePoll['api']): Promise<void> {
  const { polls } = await listPolls({ limit: 1 })
  if (polls.length > 0) return
  for (const sample of samples) await createPoll(sample) // one after the other: the last is the newest, and first on the page
}
