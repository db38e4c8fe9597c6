import type { ErrorCode } from '@live-poll/client-sdk/voter'

/** Every word the element shows or speaks. Numbers and times arrive already written in the page's language. */
export interface LivePollStrings {
  readonly vote: string
  readonly change: string
  readonly retract: string
  readonly cancel: string
  readonly loading: string
  readonly notFound: string
  /** What a ballot of this poll takes: shown over the choices, and again beside a ballot that does not fit. */
  readonly rule: (min: number, max: number, choices: number) => string
  /** The vote is committed. */
  readonly counted: string
  /** Spoken with the tick on one's own choice. */
  readonly yourVote: string
  /** Closed, to one who voted. */
  readonly thanks: string
  /** Over results alone; spoken when a scheduled poll opens. */
  readonly open: string
  /** No time is set for the opening. */
  readonly notOpen: string
  readonly opens: (time: string) => string
  /** In the last hour; `left` is minutes and seconds, as in `2:05`. */
  readonly opensIn: (left: string) => string
  /** The time has come, the server has not said so yet. */
  readonly opening: string
  readonly closes: (time: string) => string
  readonly closesIn: (left: string) => string
  readonly closing: string
  readonly closed: string
  /** Closed, with figures. */
  readonly final: string
  readonly hidden: string
  readonly hiddenUntilVote: string
  readonly hiddenUntilClose: string
  readonly hiddenUntilVoters: (min: number, written: string) => string
  /** Closed with fewer voters than the poll asks for. */
  readonly tooFew: string
  /** While a ballot was open its poll changed. */
  readonly edited: string
  /** All votes are gone, the own one too. */
  readonly reset: string
  readonly retracted: string
  /** Spoken in place of the bare figure of a choice. */
  readonly votes: (count: number, written: string) => string
  /** How many took part. */
  readonly turnout: (voters: number, written: string) => string
  /** How many have the poll on screen. */
  readonly watching: (count: number, written: string) => string
  /** How many votes an organizer has taken out. */
  readonly voided: (count: number, written: string) => string
  readonly offline: string
  /** Offline, with a vote that goes out on reconnect. */
  readonly waiting: string
  /** For a code that the server's own message does not say well to a voter. */
  readonly errors: Partial<Record<ErrorCode, string>>
  /** Beside the field for the code of an invitation. @default 'Invitation code' */
  readonly invitation?: string
  /** On the button beside that. @default 'Use code' */
  readonly useInvitation?: string
}

/** What a page may replace: any part of the words. */
export type StringOverrides = Partial<LivePollStrings>

/** The English words that any poll may need; those of few polls are in `remark-words.ts`. */
export const commonWords = {
  vote: 'Vote',
  change: 'Change vote',
  retract: 'Take back vote',
  cancel: 'Cancel',
  loading: 'Loading the poll',
  notFound: 'There is no poll here.',
  rule: (min, max, choices) =>
    min === max
      ? `Choose ${max === 1 ? 'one' : max}`
      : max >= choices
        ? `Choose at least ${min}`
        : `Choose ${min > 1 ? `${min} to` : 'up to'} ${max}`,
  counted: 'Thank you. Your vote is counted',
  yourVote: 'Your vote:',
  thanks: 'Thank you for voting',
  open: 'The poll is open',
  notOpen: 'Not open yet',
  closed: 'Closed',
  final: 'Final result',
  votes: (count, written) => `${written} ${count === 1 ? 'vote' : 'votes'}`,
  turnout: (voters, written) => (voters ? `${written} ${voters === 1 ? 'voter' : 'voters'}` : 'No votes yet'),
  offline: 'No connection. Trying again',
  waiting: 'No connection. Your vote is kept and will be sent',
  errors: { UNAUTHENTICATED: 'Sign in to vote.', UNAVAILABLE: 'No connection. Trying again' },
} satisfies Partial<LivePollStrings>
