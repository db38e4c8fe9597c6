import type { LivePollStrings } from './strings.ts'

/** The English words of `remarks.ts`. */
export const remarkWords = {
  opens: (time) => `Opens ${time}`,
  opensIn: (left) => `Opens in ${left}`,
  opening: 'Opening',
  closes: (time) => `Open until ${time}`,
  closesIn: (left) => `Closes in ${left}`,
  closing: 'Closing',
  hidden: 'Results are not public',
  hiddenUntilVote: 'Results appear when you have voted',
  hiddenUntilClose: 'Results appear when the poll closes',
  hiddenUntilVoters: (_, written) => `Results appear from ${written} votes on`,
  tooFew: 'Too few votes to show results',
  watching: (_, written) => `${written} watching`,
  voided: (_, written) => `${written} voided`,
  retracted: 'Your vote was taken back',
  edited: 'This poll was changed; check your choice',
  reset: 'This poll was started anew',
} satisfies Partial<LivePollStrings>
