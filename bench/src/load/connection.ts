import { clientFrame, createFrameReader, type OnFrame, opcodes } from './frames.ts'
import { openSystemSocket } from './system-sockets.ts'
import type { Step, VoteProtocol } from './vote-protocols.ts'

/** A WebSocket on a raw socket: half the work of a client library, which would be measured too. */
export interface Connection {
  /** @param frames whole frames; they may be written over when this returns */
  send(frames: Buffer): void
  /** Reads nothing any more. That it was cut off is still noticed. */
  stopReading(): void
  /** Ends it without a word, so that its port is free at once. */
  end(): void
}

export interface ConnectionEvents {
  /** Called once for what has arrived together, before its frames. */
  arrived?(): void
  frame: OnFrame
  /** Called after the frames of one arrival. */
  done?(): void
  /** The server, or the network, has ended it. */
  closed(reason: string): void
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Opens a connection and greets, step by step.
 * @throws Error when it is refused
 */
export function openConnection(
  port: number,
  protocol: VoteProtocol,
  steps: readonly Step[],
  events: ConnectionEvents,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let state: 'upgrading' | 'greeting' | 'open' | 'ended' = 'upgrading'
    const waiting = [...steps]

    const socket = openSystemSocket(port, {
      connected: () => socket.write(upgradeRequest(port, protocol)),
      data: onBytes,
      closed: end,
    })

    function end(reason: string) {
      if (state === 'ended') return
      const wasOpen = state === 'open'
      state = 'ended'
      socket.reset()
      if (wasOpen) events.closed(reason)
      else reject(new Error(`The connection was not opened: ${reason}`))
    }

    const read = createFrameReader((opcode, bytes, start, end_) => {
      if (opcode === opcodes.ping) socket.write(clientFrame(Buffer.from(bytes.subarray(start, end_)), opcodes.pong))
      else if (opcode === opcodes.close) end(`close ${end_ - start < 2 ? '' : bytes.readUInt16BE(start)}`)
      else if (!reply(bytes, start, end_)) {
        if (state === 'open') events.frame(opcode, bytes, start, end_)
        else greeted(bytes, start, end_)
      }
    })

    function onBytes(bytes: Buffer, length: number) {
      if (state === 'open') {
        events.arrived?.()
        read(bytes, length)
        events.done?.()
        return
      }
      if (state === 'greeting') return read(bytes, length)
      if (state === 'ended') return
      const head = bytes.indexOf(endOfHead) // it fits into one segment
      if (head < 0 || head >= length || !bytes.toString('latin1', 0, head).startsWith('HTTP/1.1 101')) {
        return end(`upgrade: ${bytes.toString('latin1', 0, Math.min(length, 80))}`)
      }
      state = 'greeting'
      step()
      const after = head + endOfHead.length
      if (after < length) read(bytes.subarray(after), length - after)
    }

    /** Sends what is to be sent, up to the next answer to wait for. */
    function step() {
      while (waiting.length > 0) {
        const [next] = waiting
        if (next?.send !== undefined) socket.write(clientFrame(next.send))
        if (next?.until !== undefined) return
        waiting.shift()
      }
      state = 'open'
      resolve({
        send: socket.write,
        stopReading: socket.stopReading,
        end() {
          state = 'ended'
          socket.reset()
        },
      })
    }

    function greeted(bytes: Buffer, start: number, end_: number) {
      const text = bytes.toString('utf8', start, end_)
      if (!text.startsWith(waiting[0]?.until ?? '')) return
      waiting.shift()
      step()
    }

    function reply(bytes: Buffer, start: number, end_: number): boolean {
      if (!protocol.replies || end_ - start !== 1) return false
      const answer = protocol.replies[String.fromCharCode(bytes[start] as number)]
      if (answer !== undefined) socket.write(clientFrame(answer))
      return answer !== undefined
    }
  })
}

function upgradeRequest(port: number, { path, subprotocol }: VoteProtocol): Buffer {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...(subprotocol ? [`sec-websocket-protocol: ${subprotocol}`] : []),
    '\r\n',
  ]
  return Buffer.from(lines.join('\r\n'))
}

/** As many a second as ours lets in without a word, and some to spare. */
const perSecond = 400

/** Opens many, a few at a time, so that no listening server's backlog overflows. */
export async function openConnections<T>(count: number, open: (index: number) => Promise<T>): Promise<readonly T[]> {
  const opened: T[] = []
  const atOnce = 64
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => open(from + index))
    const pause = new Promise((resolve) => setTimeout(resolve, (some.length / perSecond) * 1000))
    opened.push(...(await Promise.all(some)))
    if (opened.length < count) await pause
  }
  return opened
}
