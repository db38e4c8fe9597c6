/** All load comes from this process: votes, and viewers. */
import { answerCalls } from '../process/calls.ts'
import { askOften } from './ask-often.ts'
import { castVotes } from './cast-votes.ts'
import { createReturningViewers } from './returning-viewers.ts'
import { createViewers } from './viewers.ts'

const calls = { castVotes, askOften, ...createViewers(), ...createReturningViewers() }
export type LoadGenerator = typeof calls

answerCalls(calls)
