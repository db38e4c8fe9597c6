import { expect, it } from 'vitest'
import { clientFrame, createFrameReader, opcodes } from './frames.ts'

function serverFrame(text: string): Buffer {
  const { length } = text
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), Buffer.from(text)])
  const head = Buffer.alloc(length < 65_536 ? 4 : 10)
  head[0] = 0x81
  head[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, Buffer.from(text)])
}

it.each([
  { words: 'short frames', texts: ['', 'a', 'b'.repeat(125), 'c'.repeat(126), 'd'], sizes: [1, 2, 3, 7, 130, 1000] },
  {
    words: 'frames of every length',
    texts: ['a', 'b'.repeat(65_535), 'c'.repeat(65_536), 'd'],
    sizes: [9999, 200_000],
  },
])('cuts $words, wherever the chunks end', ({ texts, sizes }) => {
  const stream = Buffer.concat(texts.map(serverFrame))
  for (const size of sizes) {
    const seen: string[] = []
    const read = createFrameReader((opcode, bytes, start, end) => {
      expect(opcode).toBe(opcodes.text)
      seen.push(bytes.toString('latin1', start, end))
    })
    const shared = Buffer.alloc(stream.length) // as sockets have it: overwritten by the next chunk
    for (let at = 0; at < stream.length; at += size) {
      const length = stream.copy(shared, 0, at, at + size)
      read(shared, length)
      shared.fill(0)
    }
    expect(seen).toEqual(texts)
  }
})

it('masks its own frames with zero', () => {
  expect([...clientFrame('hi')]).toEqual([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69])
  expect([...clientFrame('x'.repeat(300)).subarray(0, 9)]).toEqual([0x81, 0xfe, 0x01, 0x2c, 0, 0, 0, 0, 0x78])
})
