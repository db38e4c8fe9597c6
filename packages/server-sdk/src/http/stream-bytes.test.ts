import { describe, expect, it, vi } from 'vitest'
import type { HttpStreamEvents } from './http-message.ts'
import { streamBytes } from './stream-bytes.ts'

/** So many pieces, and what becomes of them. */
function source(pieces: number, size: number, failAt = Number.POSITIVE_INFINITY) {
  const state = { read: 0, hasEnded: false }
  async function* bytes() {
    try {
      for (; state.read < pieces; state.read++) {
        if (state.read === failAt) throw new Error('The store is gone.')
        yield new Uint8Array(size)
      }
    } finally {
      state.hasEnded = true
    }
  }
  return { state, bytes: bytes() }
}

/** A network that takes nothing until it is told to. */
function sink() {
  const taken = { waiting: 0, sent: 0, outcome: 'open' as 'open' | 'ended' | 'destroyed' }
  return {
    taken,
    write(piece: string | Uint8Array) {
      taken.waiting += piece.length
    },
    buffered: () => taken.waiting,
    end() {
      taken.outcome = 'ended'
    },
    destroy() {
      taken.outcome = 'destroyed'
    },
    drain(events: HttpStreamEvents) {
      taken.sent += taken.waiting
      taken.waiting = 0
      events.drained()
    },
  }
}

describe('bytes that are streamed', () => {
  it('are read no faster than they are taken', async () => {
    const { state, bytes } = source(100, 10_000)
    const network = sink()
    const events = streamBytes(bytes)(network)
    await vi.waitFor(() => expect(state.read).toBe(6)) // the seventh piece is the first above 64 KB
    await new Promise(setImmediate)
    expect(network.taken.waiting).toBe(70_000)
    await vi.waitFor(() => {
      network.drain(events)
      expect(network.taken).toMatchObject({ sent: 1_000_000, outcome: 'ended' })
    })
  })

  it('are read no more once nobody wants them', async () => {
    const { state, bytes } = source(100, 10_000)
    const network = sink()
    const events = streamBytes(bytes)(network)
    await vi.waitFor(() => expect(network.taken.waiting).toBe(70_000))
    events.closed()
    await vi.waitFor(() => expect(state.hasEnded).toBe(true))
    expect(state.read).toBeLessThan(10)
    expect(network.taken.outcome).toBe('open')
  })

  it('end the connection where they break off: what is missing must not look like the end', async () => {
    const { state, bytes } = source(5, 10, 3)
    const network = sink()
    streamBytes(bytes)(network)
    await vi.waitFor(() => expect(network.taken.outcome).toBe('destroyed'))
    expect(state.hasEnded).toBe(true)
  })

  it('are given up where nobody takes them for half a minute', async () => {
    vi.useFakeTimers()
    try {
      const { bytes } = source(100, 10_000)
      const network = sink()
      streamBytes(bytes)(network)
      await vi.advanceTimersByTimeAsync(29_000)
      expect(network.taken.outcome).toBe('open')
      await vi.advanceTimersByTimeAsync(1000)
      expect(network.taken.outcome).toBe('destroyed')
    } finally {
      vi.useRealTimers()
    }
  })
})
