import { answerCalls } from '../process/calls.ts'
import { castVotes } from './cast-votes.ts'

const calls = { castVotes }
export type LoadGenerator = typeof calls

answerCalls(calls)
