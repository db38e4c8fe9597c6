import { once } from 'node:events'
import { SUBPROTOCOL } from '@live-poll/client-sdk/protocol'
import { type Bytes, connectTo, write } from './raw-http.ts'

/** A WebSocket frame (RFC 6455, section 5.2), right or wrong. */
export interface FrameParts {
  /** @default true */
  readonly fin?: boolean
  /** The three reserved bits. @default 0 */
  readonly rsv?: number
  /** @default opcodes.text */
  readonly opcode?: number
  /** @default true */
  readonly isMasked?: boolean
  /** What the frame says of its length. @default that of the payload */
  readonly length?: bigint
  readonly payload?: Bytes
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Masked with zeros, so that the payload stands as it is. */
export function frame({ fin = true, rsv = 0, opcode = opcodes.text, isMasked = true, ...rest }: FrameParts): Buffer {
  const payload = Buffer.from(rest.payload ?? '')
  const length = rest.length ?? BigInt(payload.length)
  const mask = isMasked ? 0x80 : 0
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  head[1] = mask | (length < 126 ? Number(length) : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(Number(length), 2)
  if (head.length === 10) head.writeBigUInt64BE(length, 2)
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), payload])
}

/** What a server did: the code of an error, the type of another message, `control pong`, or the code it closed with. */
export type Outcome = string | number

export interface FrameSocket {
  send(parts: readonly Bytes[], pace?: 'at once' | 'byte by byte'): Promise<void>
  /** Everything so far, in order. */
  readonly outcomes: readonly Outcome[]
  /** Resolves when it happens, or has. @throws Error when the connection ends without, or nothing comes for 10 s */
  until(expected: Outcome): Promise<void>
  /** Hangs up. */
  destroy(): void
}

const patience = 10_000
const noCloseFrame = 1006

export const handshake = (headers: readonly string[] = []) =>
  [
    'GET /live-poll/channel HTTP/1.1',
    'host: x',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    `sec-websocket-protocol: ${SUBPROTOCOL}`,
    ...headers,
    '\r\n',
  ].join('\r\n')

/** A WebSocket without any library, which keeps no rule. */
export async function openFrameSocket(url: string): Promise<FrameSocket> {
  const socket = await connectTo(url.replace('ws', 'http'))
  const outcomes: Outcome[] = []
  const watchers = new Set<() => void>()
  let bytes: Buffer = Buffer.alloc(0)
  let hasEnded = false

  function put(outcome: Outcome) {
    if (hasEnded) return
    outcomes.push(outcome)
    hasEnded = typeof outcome === 'number'
    for (const watch of watchers) watch()
  }

  /** Servers neither mask nor fragment. */
  function readFrames() {
    while (bytes.length >= 2) {
      const short = (bytes[1] ?? 0) & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length < head) return
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
      if (bytes.length < head + length) return
      put(read((bytes[0] ?? 0) & 0x0f, bytes.subarray(head, head + length)))
      bytes = bytes.subarray(head + length)
    }
  }

  socket.write(handshake())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  const end = answer.indexOf('\r\n\r\n')
  if (!String(answer).startsWith('HTTP/1.1 101') || end < 0) throw new Error(`No upgrade: ${answer}`)
  bytes = answer.subarray(end + 4)
  readFrames()
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    readFrames()
    if (hasEnded) socket.end()
  })
  socket.on('close', () => put(noCloseFrame))

  return {
    send: (parts, pace) => write(socket, parts, pace),
    outcomes,
    until: (expected) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          clearTimeout(timer)
          watchers.delete(watch)
          settle()
        }
        const fail = () => finish(() => reject(new Error(`Expected ${expected}, got ${outcomes.slice(-20).join()}`)))
        const watch = () => {
          if (outcomes.includes(expected)) finish(resolve)
          else if (hasEnded) fail()
        }
        const timer = setTimeout(fail, patience)
        watchers.add(watch)
        watch()
      }),
    destroy: () => socket.destroy(),
  }
}

function read(opcode: number, payload: Buffer): Outcome {
  if (opcode === opcodes.close) return payload.length < 2 ? 1005 : payload.readUInt16BE(0)
  if (opcode === opcodes.pong) return 'control pong'
  if (opcode !== opcodes.text) return `opcode ${opcode}`
  const { type, code } = JSON.parse(payload.toString())
  return code ?? type
}
