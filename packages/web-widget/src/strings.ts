import type { ErrorCode } from '@live-poll/client-sdk'

/** Every word the element shows or speaks. Numbers and times arrive already written in the page's language. */
export interface LivePollStrings {
  readonly vote: string
  readonly change: string
  readonly cancel: string
  readonly loading: string
  readonly notFound: string
  /** What a ballot of this poll takes: shown over the choices, and again beside a ballot that does not fit. */
  readonly rule: (min: number, max: number, choices: number) => string
  /** The vote is committed. */
  readonly counted: string
  /** Spoken with the tick on one's own choice. */
  readonly yourVote: string
  readonly scheduled: (time: string | null) => string
  readonly closes: (time: string) => string
  readonly closed: string
  /** Closed, with figures. */
  readonly final: string
  readonly hiddenUntilClose: string
  readonly hidden: string
  /** Spoken in place of the bare figure of a choice. */
  readonly votes: (count: number, written: string) => string
  /** How many took part. */
  readonly turnout: (voters: number, written: string) => string
  readonly offline: string
  /** Offline, with a vote that goes out on reconnect. */
  readonly waiting: string
  /** For a code that the server's own message does not say well to a voter. */
  readonly errors: Partial<Record<ErrorCode, string>>
}

/** What a page may replace: any part of the words. */
export type StringOverrides = Partial<LivePollStrings>

export const english: LivePollStrings = {
  vote: 'Vote',
  change: 'Change vote',
  cancel: 'Cancel',
  loading: 'Loading the poll',
  notFound: 'There is no poll here.',
  rule: (min, max, choices) =>
    min === max
      ? `Choose ${max === 1 ? 'one' : max}`
      : max >= choices
        ? `Choose at least ${min}`
        : `Choose ${min > 1 ? `${min} to` : 'up to'} ${max}`,
  counted: 'Your vote is counted',
  yourVote: 'Your vote:',
  scheduled: (time) => (time ? `Opens ${time}` : 'Not open yet'),
  closes: (time) => `Open until ${time}`,
  closed: 'Closed',
  final: 'Final result',
  hiddenUntilClose: 'Results appear when the poll closes',
  hidden: 'Results are not public',
  votes: (count, written) => `${written} ${count === 1 ? 'vote' : 'votes'}`,
  turnout: (voters, written) => (voters ? `${written} ${voters === 1 ? 'voter' : 'voters'}` : 'No votes yet'),
  offline: 'No connection. Trying again',
  waiting: 'No connection. Your vote is kept and will be sent',
  errors: { UNAUTHENTICATED: 'Sign in to vote.', UNAVAILABLE: 'No connection. Trying again' },
}
