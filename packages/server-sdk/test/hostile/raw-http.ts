import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

export type Bytes = string | Uint8Array

/** Milliseconds until a server that says nothing is an error. */
const patience = 10_000

export async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  socket.on('error', () => {}) // 'close' follows
  await once(socket, 'connect')
  return socket
}

/** @param pace `byte by byte`: each in a packet of its own, as far as the network goes */
export async function write(socket: Socket, parts: readonly Bytes[], pace: 'at once' | 'byte by byte' = 'at once') {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)))
  if (pace === 'at once') {
    socket.write(bytes)
    return
  }
  for (const byte of bytes) {
    if (!socket.writable) return
    socket.write(Uint8Array.of(byte))
    await nextTurn()
  }
}

export interface RawAnswers {
  /** One an answer. */
  readonly statuses: readonly number[]
  /** Error codes of their bodies. */
  readonly codes: readonly string[]
}

/** Reads what a server answers until it ends the connection. @throws Error when it does not */
export async function readAnswers(socket: Socket): Promise<RawAnswers> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => void chunks.push(chunk))
  const timer = setTimeout(() => socket.destroy(new Error('The server did not end the connection.')), patience)
  // A server that hangs up on what it has not read resets the connection: that is no error here.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  clearTimeout(timer)
  if (socket.errored?.message.startsWith('The server')) throw socket.errored
  const text = Buffer.concat(chunks).toString('latin1')
  return {
    statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status)),
    codes: [...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => String(code)),
  }
}
