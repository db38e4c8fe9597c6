import type { Poll, Results, WatchedPoll } from '@live-poll/client-sdk/voter'

/** An open poll of two choices, and what a test says of it. */
export function pollWith({ labels = ['Soup', 'Salad'], ...rest }: Partial<Poll> & { labels?: string[] }): Poll {
  return {
    id: 'p_1',
    question: 'Lunch?',
    choices: labels.map((label, index) => ({ id: index + 1, label })),
    ballot: { kind: 'choose', min: 1, max: 1 },
    showResults: 'always',
    minVoters: null,
    canChange: true,
    voters: ['anyone'],
    needsCaptcha: false,
    isPrivate: false,
    state: 'open',
    opensAt: null,
    closesAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    edition: 1,
    epoch: 1,
    results: null,
    channelUrl: null,
    ...rest,
  }
}

export function resultsWith(votes: readonly number[], voters: number): Results {
  return { kind: 'choose', pollId: 'p_1', epoch: 1, version: 1, edition: 1, state: 'open', votes, voters }
}

/** A poll without votes that is on screen. */
export function watchedWith(rest: Partial<WatchedPoll>): WatchedPoll {
  return {
    poll: pollWith({}),
    results: resultsWith([0, 0], 0),
    vote: null,
    pending: null,
    status: 'ready',
    error: null,
    watching: null,
    transport: 'websocket',
    serverNow: () => Date.parse('2026-05-08T11:00:00.000Z'),
    ...rest,
  }
}
