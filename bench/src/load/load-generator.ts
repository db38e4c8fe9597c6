/** All load comes from this process: votes, viewers, and requests. */
import { answerCalls } from '../process/calls.ts'
import { askOften } from './ask-often.ts'
import { castVotes } from './cast-votes.ts'
import { getOften } from './get-often.ts'
import { createReturningViewers } from './returning-viewers.ts'
import { createViewers } from './viewers.ts'

const calls = { castVotes, askOften, getOften, ...createViewers(), ...createReturningViewers() }
export type LoadGenerator = typeof calls

answerCalls(calls)
