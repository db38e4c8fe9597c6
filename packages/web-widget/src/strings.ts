import type { ErrorCode } from '@live-poll/client-sdk'

/** Every word the element shows or speaks. Numbers and times arrive already written in the page's language. */
export interface LivePollStrings {
  readonly vote: string
  readonly change: string
  readonly cancel: string
  readonly loading: string
  /** The tag has no `poll` attribute. */
  readonly unnamed: string
  readonly notFound: string
  /** What a ballot of this poll takes. */
  readonly rule: (min: number, max: number, choices: number) => string
  /** Shown when Vote is pressed with fewer than `min` chosen. */
  readonly tooFew: (min: number) => string
  readonly tooMany: (max: number) => string
  /** After the acknowledgement: the vote is committed. */
  readonly counted: string
  /** Spoken with the mark on one's own choice. */
  readonly yourVote: string
  readonly scheduled: (time: string | null) => string
  readonly closes: (time: string) => string
  readonly closed: string
  readonly final: string
  readonly hiddenUntilClose: string
  readonly hidden: string
  /** Spoken in place of the bare figure. */
  readonly votes: (count: number, written: string) => string
  /** Under the choices: how many took part. */
  readonly turnout: (voters: number, written: string) => string
  /** Spoken now and then while the figures move. */
  readonly progress: (turnout: string, leader: string, share: string) => string
  readonly offline: string
  /** Offline, with a vote that goes out on reconnect. */
  readonly waiting: string
  /** For a code of the error table; a code without words here gets `failed`. */
  readonly errors: Partial<Record<ErrorCode, string>>
  readonly failed: string
}

/** What a page may replace: any part of the words. */
export type StringOverrides = Partial<LivePollStrings>

export const english: LivePollStrings = {
  vote: 'Vote',
  change: 'Change vote',
  cancel: 'Cancel',
  loading: 'Loading the poll',
  unnamed: 'Name a poll: <live-poll poll="p_...">',
  notFound: 'There is no poll here any more.',
  rule: describeRule,
  tooFew: (min) => (min === 1 ? 'Choose an answer first.' : `Choose at least ${min}.`),
  tooMany: (max) => `Choose at most ${max}.`,
  counted: 'Your vote is counted',
  yourVote: 'Your vote:',
  scheduled: (time) => (time ? `Opens ${time}` : 'Not open yet'),
  closes: (time) => `Open until ${time}`,
  closed: 'Closed',
  final: 'Final result',
  hiddenUntilClose: 'Results appear when the poll closes.',
  hidden: 'Results are not public.',
  votes: (count, written) => (count === 1 ? '1 vote' : `${written} votes`),
  turnout: (voters, written) => (voters === 0 ? 'No votes yet' : voters === 1 ? '1 voter' : `${written} voters`),
  progress: (turnout, leader, share) => `${turnout}. ${leader}: ${share}.`,
  offline: 'No connection. Trying again.',
  waiting: 'No connection. Your vote is kept and goes out when it is back.',
  errors: {
    POLL_CLOSED: 'The poll closed before your vote arrived.',
    POLL_NOT_OPEN: 'The poll is not open yet.',
    ALREADY_VOTED: 'You had voted before. That vote stands.',
    REVISION_CONFLICT: 'You voted elsewhere meanwhile. Check, and vote again.',
    EPOCH_CHANGED: 'The poll started over. Please vote again.',
    UNAUTHENTICATED: 'Sign in to vote.',
    FORBIDDEN: 'You may not take part in this poll.',
    VOTE_REFUSED: 'Your vote was refused.',
    INVITATION_INVALID: 'This invitation is not valid.',
    INVITATION_USED: 'This invitation has been used.',
    ORIGIN_NOT_ALLOWED: 'This poll is not available on this site.',
    RATE_LIMITED: 'Too many tries. Wait a moment.',
    BUSY: 'Many are voting now. Try again in a moment.',
  },
  failed: 'That did not work. Try again in a moment.',
}

function describeRule(min: number, max: number, choices: number): string {
  if (max === 1) return 'Choose one'
  if (min === max) return `Choose ${max}`
  if (min > 1) return max < choices ? `Choose ${min} to ${max}` : `Choose at least ${min}`
  return max < choices ? `Choose up to ${max}` : 'Choose any number'
}
