import type { PollError } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import type { VoteToCast } from '../ports/hooks.ts'
import type { HookCalls } from './hook-calls.ts'
import { createVoteGate } from './vote-gate.ts'

type Answer = (refusal: PollError | undefined) => void

/** A gate whose hook answers when the test says so. @param most votes that may wait */
function createSetup(most = 10) {
  const asked = new Map<string, Answer>()
  const answered: string[] = []
  const logger = createRecordingLogger()
  const hooks = { ask: (_, about, answer) => void asked.set((about as VoteToCast).voteId, answer) } as Pick<
    HookCalls,
    'ask'
  >
  const gate = createVoteGate(hooks, most, logger)
  const ask = (voteId: string, voter = voteId, pollId = 'p', also = () => {}) =>
    gate.ask({ pollId, voteId, choices: [1], voter: { kind: 'device' }, revision: 0, epoch: 1 }, voter, (refusal) => {
      answered.push(refusal ? `${voteId} ${refusal.code}` : voteId)
      also()
    })
  const letPass = (voteId: string) => asked.get(voteId)?.(undefined)
  /** @returns what was answered since the last look */
  const look = () => answered.splice(0)
  return { gate, ask, letPass, look, asked, logger }
}

it('asks about each vote as it comes, and none waits for another voter’s, or of another poll', () => {
  const { ask, letPass, look, asked } = createSetup()
  ask('a', 'ada')
  ask('b', 'bob')
  ask('c', 'ada', 'q')
  expect([...asked.keys()]).toEqual(['a', 'b', 'c'])
  letPass('b')
  letPass('c')
  expect(look()).toEqual(['b', 'c'])
  letPass('a')
  expect(look()).toEqual(['a'])
})

it('answers votes of one voter in one poll in the order in which they came', () => {
  const { ask, letPass, look } = createSetup()
  for (const voteId of ['1', '2', '3']) ask(voteId, 'ada')
  letPass('3')
  letPass('2')
  expect(look()).toEqual([])
  letPass('1')
  expect(look()).toEqual(['1', '2', '3'])
  ask('4', 'ada')
  letPass('4')
  expect(look(), 'and then anew').toEqual(['4'])
})

it('has room for so many, until they are answered', () => {
  const { gate, ask, letPass, look, asked } = createSetup(2)
  ask('a')
  ask('b', 'a')
  expect(gate.busyFor()).toBeGreaterThan(0)
  ask('c')
  expect(look()).toEqual(['c BUSY'])
  expect(asked.has('c'), 'the hook is not asked for nothing').toBe(false)
  letPass('b')
  ask('d')
  expect(look(), 'b waits for a').toEqual(['d BUSY'])
  letPass('a')
  expect(gate.busyFor()).toBe(0)
  expect(look()).toEqual(['a', 'b'])
})

it('goes on where an answer throws, and where it asks about the next one', () => {
  const { ask, letPass, look, logger, gate } = createSetup(2)
  ask('a', 'ada', 'p', () => {
    ask('c', 'ada')
    throw new Error('no socket')
  })
  ask('b', 'ada')
  letPass('b')
  letPass('a')
  expect(look()).toEqual(['a', 'b'])
  expect(logger.errors).toEqual([['A vote could not be answered.', new Error('no socket')]])
  letPass('c')
  expect(look()).toEqual(['c'])
  expect(gate.busyFor()).toBe(0)
})
