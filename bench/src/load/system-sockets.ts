/**
 * TCP sockets on the calls of the system itself. Postgres has the same core as the load generator: what a stream of Node takes
 * for each vote, as much again as the two calls, would be taken from it.
 */
import koffi from 'koffi'

export interface SystemSocket {
  /** @param bytes may be written over when this returns */
  write(bytes: Buffer): void
  /** That the connection was cut off is still noticed. */
  stopReading(): void
  /** Cuts it off without a word, so that its port is free at once. Nothing is told any more. */
  reset(): void
}

export interface SocketEvents {
  connected(): void
  /** What has arrived together is in `bytes` up to `length`, and only until this returns. */
  data(bytes: Buffer, length: number): void
  /** The other side, or the network, has ended it. Also told where it was never connected. */
  closed(reason: string): void
}

interface OpenSocket {
  readonly generation: number
  ready(flags: number): void
}

const system = process.platform === 'linux' ? koffi.load(null) : undefined

function systemCall(declaration: string): (...values: readonly unknown[]) => number {
  if (system) return system.func(declaration)
  return () => {
    throw new Error('The load generator needs Linux.')
  }
}

const openSocket = systemCall('int socket(int domain, int type, int protocol)')
const connect = systemCall('int connect(int socket, void *address, uint32_t size)')
const setOption = systemCall('int setsockopt(int socket, int level, int name, void *value, uint32_t size)')
const getOption = systemCall('int getsockopt(int socket, int level, int name, void *value, void *size)')
const receive = systemCall('long recv(int socket, void *bytes, size_t size, int flags)')
const send = systemCall('long send(int socket, void *bytes, size_t size, int flags)')
const closeFile = systemCall('int close(int file)')
const createEpoll = systemCall('int epoll_create1(int flags)')
const controlEpoll = systemCall('int epoll_ctl(int epoll, int operation, int file, void *event)')
const waitEpoll = systemCall('int epoll_pwait2(int epoll, void *events, int most, void *time, void *signals)')

// Numbers of Linux, as in its headers.
const [inet, stream, nonblocking] = [2, 1, 0o4000]
const [socketLevel, errorOption, lingerOption, tcpLevel, noDelayOption] = [1, 4, 13, 6, 1]
const [dontWait, noSignal] = [0x40, 0x4000]
const [readable, writable, failed] = [0x001, 0x004, 0x008 | 0x010]
const [add, modify] = [1, 3]

/** `struct epoll_event`: flags, and eight bytes of our own; packed on x64. */
const eventSize = process.arch === 'x64' ? 12 : 16
const mostEvents = 1024
const events = Buffer.alloc(mostEvents * eventSize)

/** Milliseconds from one turn of Node's own loop to the next. */
const nodeWaits = 1

/** What arrives is read at once, so that one buffer does for all. */
const arrived = Buffer.allocUnsafe(512 * 1024)
const one = Buffer.from(Int32Array.of(1).buffer)

/** By their files. */
const open: (OpenSocket | undefined)[] = []
let count = 0
let generations = 0
let isTurning = false
let epoll = -1

/** To this machine. */
export function openSystemSocket(port: number, { connected, data, closed }: SocketEvents): SystemSocket {
  if (epoll < 0) epoll = check(createEpoll(0))
  const file = check(openSocket(inet, stream | nonblocking, 0))
  const generation = ++generations
  /** What the system has not taken yet. */
  let unsent: Buffer[] = []
  let [isConnected, isReading, isGone] = [false, true, false]
  open[file] = { generation, ready }
  count++
  setOption(file, tcpLevel, noDelayOption, one, one.length)
  const isRefused = connect(file, loopback(port), 16) < 0 && koffi.errno() !== koffi.os.errno.EINPROGRESS
  if (isRefused) setImmediate(end, systemError())
  else watch(add) // what becomes of it is told by its readiness
  if (!isTurning) {
    isTurning = true
    setImmediate(turn)
  }

  function ready(flags: number) {
    if (!isConnected) {
      const error = connectionError()
      if (error !== 0) return end(systemError(error))
      if ((flags & writable) === 0) return
      isConnected = true
      watch(modify)
      connected()
    } else if ((flags & writable) !== 0) {
      flush()
    }
    if (isGone) return
    if ((flags & readable) !== 0 && isReading) read()
    else if ((flags & failed) !== 0) end('closed')
  }

  function read() {
    const length = receive(file, arrived, arrived.length, dontWait)
    if (length > 0) data(arrived, length)
    else if (length === 0) end('closed')
    else if (koffi.errno() !== koffi.os.errno.EAGAIN) end(systemError())
  }

  function flush() {
    const waiting = unsent
    unsent = []
    for (const bytes of waiting) write(bytes)
    if (unsent.length === 0) watch(modify)
  }

  function write(bytes: Buffer) {
    if (isGone) return
    const sent = unsent.length > 0 ? 0 : Math.max(0, send(file, bytes, bytes.length, dontWait | noSignal))
    if (sent === bytes.length) return
    unsent.push(Buffer.from(bytes.subarray(sent))) // of a connection that is gone its readiness tells
    watch(modify)
  }

  function watch(operation: number) {
    const event = Buffer.alloc(eventSize)
    event.writeUInt32LE((isReading ? readable : 0) | (isConnected && unsent.length === 0 ? 0 : writable))
    event.writeInt32LE(file, eventSize - 8)
    event.writeInt32LE(generation, eventSize - 4)
    check(controlEpoll(epoll, operation, file, event))
  }

  function connectionError(): number {
    const value = Buffer.alloc(4)
    getOption(file, socketLevel, errorOption, value, Buffer.from(Int32Array.of(4).buffer))
    return value.readInt32LE()
  }

  function reset() {
    if (isGone) return
    isGone = true
    open[file] = undefined
    count--
    const linger = Buffer.from(Int32Array.of(1, 0).buffer)
    setOption(file, socketLevel, lingerOption, linger, linger.length)
    closeFile(file)
  }

  function end(reason: string) {
    reset()
    closed(reason)
  }

  return {
    write,
    stopReading() {
      if (isGone) return
      isReading = false
      watch(modify)
    },
    reset,
  }
}

/** Tells what is ready, as soon as it is, until Node's own loop has its turn: for timers, and for who started this process. */
function turn() {
  const end = performance.now() + nodeWaits
  for (let left: number = nodeWaits; left > 0 && count > 0; left = end - performance.now()) {
    const ready = waitEpoll(epoll, events, mostEvents, timespec(left), null)
    if (ready < 0 && koffi.errno() !== koffi.os.errno.EINTR) throw new Error(`epoll_pwait2: ${systemError()}`)
    for (let at = 0; at < ready * eventSize; at += eventSize) {
      const socket = open[events.readInt32LE(at + eventSize - 8)]
      // Another one may have its file by now.
      if (socket?.generation === events.readInt32LE(at + eventSize - 4)) socket.ready(events.readUInt32LE(at))
    }
  }
  isTurning = count > 0
  if (isTurning) setImmediate(turn)
}

const time = Buffer.alloc(16)

/** `struct timespec`, of less than a second. */
function timespec(millis: number): Buffer {
  time.writeInt32LE(Math.ceil(millis * 1e6), 8)
  return time
}

/** `struct sockaddr_in` of 127.0.0.1. */
function loopback(port: number): Buffer {
  const address = Buffer.alloc(16)
  address.writeUInt16LE(inet)
  address.writeUInt16BE(port, 2)
  address.set([127, 0, 0, 1], 4)
  return address
}

function check(result: number): number {
  if (result < 0) throw new Error(`The system refuses a call: ${systemError()}`)
  return result
}

function systemError(number = koffi.errno()): string {
  return `error ${number} of the system`
}
