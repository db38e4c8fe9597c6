/** All load comes from this process: votes, and viewers. */
import { answerCalls } from '../process/calls.ts'
import { castVotes } from './cast-votes.ts'
import { createViewers } from './viewers.ts'

const calls = { castVotes, ...createViewers() }
export type LoadGenerator = typeof calls

answerCalls(calls)
