import { expect, it } from 'vitest'
import { opcodes } from './frames.ts'
import { voteProtocols } from './vote-protocols.ts'
import { createVoteWriter, firstNumber } from './vote-writer.ts'

const polls = ['p_aaaa', 'p_bbbb', 'p_cccc']

function votes(name: keyof typeof voteProtocols, count: number, voters?: number) {
  const writer = createVoteWriter(voteProtocols[name], { polls, ...(voters !== undefined && { voters }) })
  return Array.from({ length: count }, (_, vote) => {
    const bytes = Buffer.alloc(writer.size + 3)
    writer.write(bytes, 3, vote)
    expect(bytes[3]).toBe(0x80 | opcodes.text)
    return bytes.subarray(writer.size < 6 + 126 ? 3 + 6 : 3 + 8).toString()
  })
}

it('gives each vote a voter of its own, of polls in turn', () => {
  const cast = votes('livePoll', 3000).map((text) => JSON.parse(text))
  expect(new Set(cast.map(({ voter }) => voter)).size).toBe(3000)
  expect(new Set(cast.map(({ voteId }) => voteId)).size).toBe(3000)
  expect(cast.slice(0, 4).map(({ pollId }) => pollId)).toEqual(['p_aaaa', 'p_bbbb', 'p_cccc', 'p_aaaa'])
  expect(cast[0]).toEqual({
    ...{ type: 'vote', voteId: `00000000-0000-4000-8000-00${firstNumber}`, pollId: 'p_aaaa', choices: [1] },
    ...{ revision: 0, epoch: 1, voter: 'user-0000000000' },
  })
})

it('changes votes in turns: the same voter and poll, the next revision, another choice', () => {
  const cast = votes('livePoll', 30, 10).map((text) => JSON.parse(text))
  for (let person = 0; person < 10; person++) {
    const own = [cast[person], cast[person + 10], cast[person + 20]]
    expect(new Set(own.map(({ voter, pollId }) => `${voter} ${pollId}`)).size).toBe(1)
    expect(own.map(({ revision }) => revision)).toEqual([0, 1, 2])
    expect(new Set(own.map(({ choices }) => choices[0])).size).toBe(3)
  }
})

it('speaks Socket.IO', () => {
  expect(votes('socketIo', 6)[5]).toMatch(
    /^421000000005\["vote",\{"pollId":"p_cccc","userId":"user-\d{10}","choice":2\}\]$/,
  )
})

it.each([
  ['livePoll', '{"type":"voted","voteId":"00000000-0000-4000-8000-001000000042","pollId":"p"}', true],
  ['livePoll', '{"type":"rejected","voteId":"00000000-0000-4000-8000-001000000042","code":"BUSY"}', false],
  ['socketIo', '431000000042[{"ok":true}]', true],
  ['socketIo', '431000000042[{"error":"no"}]', false],
] as const)('reads an answer of %s: %s', (name, text, isAccepted) => {
  const { answered, isAccepted: readAccepted } = voteProtocols[name]
  const bytes = Buffer.from(`##${text}##`)
  const [start, end] = [2, bytes.length - 2]
  expect(answered(bytes, start, end) - firstNumber).toBe(42)
  expect(readAccepted(bytes, start, end)).toBe(isAccepted)
})

it('takes nothing else for an answer', () => {
  for (const text of ['{"type":"pong"}', '2', '42["results",{"version":3}]']) {
    const bytes = Buffer.from(text)
    for (const { answered } of Object.values(voteProtocols)) expect(answered(bytes, 0, bytes.length)).toBe(-1)
  }
})
