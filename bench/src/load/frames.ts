/** Opcodes of RFC 6455, section 5.2. */
export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A frame of a client. Its mask is zero, which RFC 6455 does not forbid: the payload stands in it as it is. */
export function clientFrame(payload: string | Buffer, opcode: number = opcodes.text): Buffer {
  const bytes = Buffer.from(payload as string)
  if (bytes.length > 65_535) throw new Error('Longer frames are not needed here.')
  const isShort = bytes.length < 126
  const head = Buffer.alloc(isShort ? 6 : 8)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (isShort ? bytes.length : 126)
  if (!isShort) head.writeUInt16BE(bytes.length, 2)
  return Buffer.concat([head, bytes])
}

/** Called for each frame: its payload is `bytes` from `start` to `end`, and only until this returns. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void

/** Cuts what a server sends into frames. They are never masked, and none here comes in fragments. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer, length: number) => void {
  let rest: Buffer | undefined // of a frame whose end is still to come
  return (chunk, length) => {
    const bytes = rest ? Buffer.concat([rest, chunk.subarray(0, length)]) : chunk
    const end = rest ? bytes.length : length
    rest = undefined
    let at = 0
    while (end - at >= 2) {
      let size = (bytes[at + 1] as number) & 0x7f
      let start = at + 2
      if (size === 126) {
        if (end - at < 4) break
        size = bytes.readUInt16BE(at + 2)
        start = at + 4
      } else if (size === 127) {
        if (end - at < 10) break
        size = Number(bytes.readBigUInt64BE(at + 2))
        start = at + 10
      }
      if (end - start < size) break
      onFrame((bytes[at] as number) & 0x0f, bytes, start, start + size)
      at = start + size
    }
    if (at < end) rest = Buffer.from(bytes.subarray(at, end))
  }
}
