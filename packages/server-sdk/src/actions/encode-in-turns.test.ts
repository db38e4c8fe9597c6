import { expect, it } from 'vitest'
import type { EncodedPicture } from '../ports/picture-codec.ts'
import { encodeInTurns } from './encode-in-turns.ts'

const encoded: EncodedPicture = { width: 1, height: 1, placeholder: '', variants: [] }

it('encodes two at once, lets sixteen wait, and turns away who comes then, until there is room', async () => {
  const ends: (() => void)[] = []
  let running = 0
  let most = 0
  const encode = encodeInTurns(async () => {
    most = Math.max(most, ++running)
    await new Promise<void>((end) => ends.push(end))
    running--
    return encoded
  })
  const bytes = new Uint8Array(1)
  const taken = Array.from({ length: 18 }, () => encode(bytes))
  await expect(encode(bytes)).rejects.toMatchObject({ code: 'BUSY' })
  ends.shift()?.()
  await taken[0]
  taken.push(encode(bytes))
  let isOver = false
  const all = Promise.all(taken).then(() => {
    isOver = true
  })
  while (!isOver) {
    ends.shift()?.()
    await new Promise((next) => setImmediate(next))
  }
  await all
  expect(most).toBe(2)
})

it('gives its turn on where one fails', async () => {
  const encode = encodeInTurns(async () => Promise.reject(new Error('broken')))
  for (let time = 0; time < 20; time++) await expect(encode(new Uint8Array(1))).rejects.toThrow('broken')
})
