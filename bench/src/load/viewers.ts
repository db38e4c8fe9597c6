import { type CpuTimes, differenceOf, type Parts, readCpuTimes } from '../measure/cpu.ts'
import { type Connection, openConnection, openConnections } from './connection.ts'
import { createHistogram } from './histogram.ts'
import { beginsWith, numberBehind, type ProtocolName, voteProtocols } from './vote-protocols.ts'

export interface ViewersPlan {
  readonly protocol: ProtocolName
  readonly port: number
  readonly poll: string
  readonly count: number
}

export interface ViewersReport {
  readonly seconds: number
  /** Updates that have arrived, at all viewers together. */
  readonly delivered: number
  /** Distinct updates, as the first viewer got them. */
  readonly updates: number
  /** The fewest that one viewer got. */
  readonly fewest: number
  /** Milliseconds between the first and the last viewer who got an update. */
  readonly spread: { readonly p50: number; readonly p99: number; readonly max: number }
  /** The longest that any viewer still showed what others no longer did, in milliseconds. */
  readonly behind: number
  readonly cpu: CpuTimes
}

interface Viewer {
  /** Which update it shows: its place in the order in which they first came. */
  at: number
  updates: number
}

/** Many who look on, and what reaches them. One set of them at a time. */
export function createViewers() {
  let connections: readonly Connection[] = []
  const viewers: Viewer[] = []
  let lost: string | undefined
  let delivered = 0
  let behind = 0
  let newest = -1 // version
  /** By place: when the first, and when the last viewer got it. */
  const firstAt: number[] = []
  const lastAt: number[] = []
  const places = new Map<number, number>()

  function arrived(viewer: Viewer, version: number, now: number) {
    delivered++
    viewer.updates++
    if (version < 0) return
    if (version > newest) {
      newest = version
      places.set(version, firstAt.length)
      firstAt.push(now)
      lastAt.push(now)
    }
    const place = places.get(version) ?? -1
    if (place <= viewer.at) return
    behind = Math.max(behind, now - (firstAt[viewer.at + 1] as number))
    lastAt[place] = now
    viewer.at = place
  }

  function clear() {
    delivered = 0
    behind = 0
    for (const viewer of viewers) viewer.updates = 0
  }

  return {
    /** Opens them all, each with the poll on its screen. @throws Error when one is refused */
    async gather({ protocol: name, port, poll, count }: ViewersPlan): Promise<void> {
      const protocol = voteProtocols[name]
      const isUpdate = beginsWith(protocol.update.prefix)
      const versionOf = numberBehind(protocol.update.version)
      lost = undefined
      connections = await openConnections(count, () => {
        const viewer = { at: firstAt.length - 1, updates: 0 }
        viewers.push(viewer)
        return openConnection(port, protocol, protocol.watch(poll), {
          frame(_opcode, bytes, start, end) {
            if (isUpdate(bytes, start, end)) arrived(viewer, versionOf(bytes, start, end), performance.now())
          },
          closed(reason) {
            lost ??= reason
          },
        })
      })
    },

    /** @throws Error when one of them was lost */
    async observe({ seconds, parts }: { readonly seconds: number; readonly parts: Parts }): Promise<ViewersReport> {
      clear()
      const from = firstAt.length
      const before = readCpuTimes(parts)
      const begun = performance.now()
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      const cpu = differenceOf(before, readCpuTimes(parts))
      const ended = performance.now()
      if (lost !== undefined) throw new Error(`A viewer was lost: ${lost}`)
      const spreads = createHistogram()
      const last = firstAt.length - 1 // which may still be on its way to some
      for (let place = from; place < last; place++)
        spreads.record((lastAt[place] as number) - (firstAt[place] as number))
      for (const { at } of viewers) {
        if (at < last - 1) behind = Math.max(behind, ended - (firstAt[at + 1] as number))
      }
      return {
        ...{ delivered, behind, cpu, seconds: (ended - begun) / 1000, updates: Math.max(0, firstAt.length - from) },
        fewest: viewers.reduce((fewest, { updates }) => Math.min(fewest, updates), Number.POSITIVE_INFINITY),
        spread: { p50: spreads.percentile(0.5), p99: spreads.percentile(0.99), max: spreads.max() },
      }
    },

    leave(_: null): void {
      for (const connection of connections) connection.end()
      connections = []
      viewers.length = 0
      firstAt.length = 0
      lastAt.length = 0
      places.clear()
      newest = -1
    },
  }
}
