import { remarkWords } from './remark-words.ts'
import { commonWords, type LivePollStrings } from './strings.ts'

/** All words, as they are where a page gives none. */
export const english: LivePollStrings = { ...commonWords, ...remarkWords }
