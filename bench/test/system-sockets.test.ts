import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openSystemSocket } from '../src/load/system-sockets.ts'
import { describeOnLinux } from './on-linux.ts'

describeOnLinux('a socket of the load generator', () => {
  let server: Server
  let port = 0
  const accepted: Socket[] = []
  beforeEach(async () => {
    server = createServer((socket) => {
      accepted.push(socket)
      socket.on('error', () => {})
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterEach(() => {
    for (const socket of accepted.splice(0)) socket.destroy()
    server.close()
  })

  async function open() {
    const events = { connected: vi.fn(), data: vi.fn(), closed: vi.fn() }
    const received: Buffer[] = []
    events.data.mockImplementation((bytes: Buffer, length: number) => {
      received.push(Buffer.from(bytes.subarray(0, length)))
    })
    const socket = openSystemSocket(port, events)
    await vi.waitFor(() => expect(events.connected).toHaveBeenCalled())
    await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(0))
    return { socket, events, received, peer: accepted.at(-1) as Socket }
  }

  it('sends and receives, and is told once that the other side has ended it', async () => {
    const { socket, events, received, peer } = await open()
    peer.on('data', (bytes) => peer.end(bytes))
    socket.write(Buffer.from('a vote'))
    await vi.waitFor(() => expect(events.closed).toHaveBeenCalled())
    expect(Buffer.concat(received).toString()).toBe('a vote')
    socket.write(Buffer.from('too late'))
    socket.reset()
    expect(events.connected).toHaveBeenCalledOnce()
    expect(events.closed.mock.calls).toEqual([['closed']])
  })

  it('keeps in order what the other side is slow to read, and a copy of it', async () => {
    const { socket, peer } = await open()
    peer.pause()
    const size = 1024 * 1024
    const bytes = Buffer.alloc(size)
    for (let time = 0; time < 20; time++) socket.write(bytes.fill(time))
    bytes.fill(99) // it has been written, as far as the caller knows
    const received: Buffer[] = []
    peer.on('data', (part) => received.push(part))
    peer.resume()
    await vi.waitFor(() => expect(received.reduce((sum, { length }) => sum + length, 0)).toBe(20 * size), 20_000)
    const all = Buffer.concat(received)
    for (let time = 0; time < 20; time++) {
      expect(all.subarray(time * size, (time + 1) * size).equals(Buffer.alloc(size, time))).toBe(true)
    }
    socket.reset()
  })

  it('that does not read any more hears nothing but that it was cut off', async () => {
    const { socket, events, peer } = await open()
    socket.stopReading()
    peer.write('nobody reads this')
    await new Promise((resolve) => peer.write('nor this', resolve))
    peer.resetAndDestroy()
    await vi.waitFor(() => expect(events.closed).toHaveBeenCalledOnce())
    expect(events.data).not.toHaveBeenCalled()
    socket.stopReading() // which comes too late, and touches no file that is another's by now
  })

  it('hears nothing more once it has been reset, and the other side is cut off', async () => {
    const { socket, events, peer } = await open()
    peer.write('on its way')
    const cut = new Promise((resolve) => peer.on('close', resolve))
    socket.reset()
    await cut
    expect(events.closed).not.toHaveBeenCalled()
  })

  it('says so where nobody listens', async () => {
    server.close()
    await once(server, 'close')
    const events = { connected: vi.fn(), data: vi.fn(), closed: vi.fn() }
    openSystemSocket(port, events)
    await vi.waitFor(() => expect(events.closed).toHaveBeenCalledOnce())
    expect(events.closed).toHaveBeenCalledWith('error 111 of the system')
    expect(events.connected).not.toHaveBeenCalled()
  })
})
