import { RecentMap } from '../../domain/recent-map.ts'
import { isNewerSnapshot, orderOf } from '../../domain/snapshot.ts'
import type { PollNews, PollProgress, PollSnapshot, ResultsBus } from '../../ports/results-bus.ts'
import type { Channels } from './channels.ts'
import type { Connections } from './connect.ts'
import type { Health } from './health.ts'
import { dropResults } from './scripts/drop-results.ts'
import { type KeepResultsAnswer, keepResults } from './scripts/keep-results.ts'

export interface RedisResultsBus extends ResultsBus {
  /** A message has come. @returns false where the channel is none of the bus */
  heard(channel: string, text: string): boolean
  /** These channels are listened to from here on. */
  listening(channels: readonly string[]): void
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>
}

/** Milliseconds that a snapshot is kept after the last change. */
const life = 24 * 60 * 60 * 1000

/** Polls of which it is known that nobody follows them, at least: those that were published last. */
const remembered = 10_000
const nobody = {}

/** @param prefix of its keys. A poll's key and its channel have one name, and the poll's id for a hash tag. */
export function createRedisResultsBus(
  { commands, isCluster }: Connections,
  channels: Channels,
  health: Health,
  prefix: string,
): RedisResultsBus {
  const listeners = new Set<(news: PollNews) => void>()
  const followListeners = new Set<(pollId: string) => void>()
  const behindListeners = new Set<(pollId: string, kept: PollProgress) => void>()
  const gapListeners = new Set<(pollIds: readonly string[]) => void>()
  /** By poll what is on its way. A Redis that hangs makes no more of it: the newest waits, the rest is superseded. */
  const sending = new Map<string, Promise<void>>()
  const waiting = new Map<string, PollNews>()
  const followed = new Set<string>()
  /** Polls that nobody followed when they were published; and how often other nodes have told that they follow some newly. */
  const unheard = new RecentMap<object>(remembered)
  let follows = 0
  const followsChannel = `${prefix}{follows}`
  channels.add(followsChannel)
  const [before, after] = [`${prefix}{`, '}:results']
  const keyOf = (pollId: string) => `${before}${pollId}${after}`

  function pollOf(channel: string): string | undefined {
    const isPoll = channel.startsWith(before) && channel.endsWith(after)
    return isPoll ? channel.slice(before.length, -after.length) : undefined
  }

  function tell(news: PollNews) {
    for (const listener of listeners) listener(news)
  }

  async function send(news: PollNews): Promise<void> {
    try {
      if (news.kind === 'snapshot') await keep(news)
      else await drop(news.pollId)
    } catch (error) {
      health.failed(error) // what it would have told is told by the next one, or by the database
    }
    const next = waiting.get(news.pollId)
    waiting.delete(news.pollId)
    if (next) return send(next)
    sending.delete(news.pollId)
  }

  async function keep(snapshot: PollSnapshot) {
    const { pollId } = snapshot
    const followsBefore = follows
    const publish = [JSON.stringify(snapshot), channels.sender, channels.command, life] as const
    const answer = await commands.eval(keepResults, 1, keyOf(pollId), ...orderOf(snapshot), ...publish)
    const [kind, ...told] = answer as KeepResultsAnswer
    // In a cluster only those are counted who listen to the very server.
    if (kind === 'kept' && told[0] === 0 && !isCluster && follows === followsBefore) unheard.set(pollId, nobody)
    else if (kind === 'kept') unheard.delete(pollId)
    if (kind !== 'behind') return
    const [epoch, version] = told
    for (const listener of behindListeners) listener(pollId, { epoch: Number(epoch), version: Number(version) })
  }

  function followedBy(others: readonly string[]) {
    follows++
    for (const pollId of others) {
      unheard.delete(pollId)
      for (const listener of followListeners) listener(pollId)
    }
  }

  async function drop(pollId: string) {
    const message = channels.sender + JSON.stringify({ kind: 'deleted', pollId } satisfies PollNews)
    await commands.eval(dropResults, 1, keyOf(pollId), message, channels.command)
  }

  return {
    publish(news) {
      const { pollId } = news
      tell(news)
      const last = waiting.get(pollId)
      if (!sending.has(pollId)) sending.set(pollId, send(news))
      else if (!last || !supersedes(last, news)) waiting.set(pollId, news)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow(pollId) {
      if (followed.has(pollId)) return
      followed.add(pollId)
      channels.add(keyOf(pollId))
      for (const listener of followListeners) listener(pollId)
    },
    unfollow(pollId) {
      followed.delete(pollId)
      channels.remove(keyOf(pollId))
    },
    isFollowed: (pollId) => followed.has(pollId) || !unheard.get(pollId),
    onFollow(listener) {
      followListeners.add(listener)
      return () => followListeners.delete(listener)
    },
    async newest(pollId) {
      try {
        const kept = await commands.hget(keyOf(pollId), 'snapshot')
        return kept === null ? undefined : (JSON.parse(kept) as PollSnapshot)
      } catch (error) {
        health.failed(error)
        return undefined
      }
    },
    onBehind(listener) {
      behindListeners.add(listener)
      return () => behindListeners.delete(listener)
    },
    onGap(listener) {
      gapListeners.add(listener)
      return () => gapListeners.delete(listener)
    },
    heard(channel, text) {
      if (channel === followsChannel) {
        followedBy(JSON.parse(text) as readonly string[])
        return true
      }
      if (pollOf(channel) === undefined) return false
      tell(JSON.parse(text) as PollNews)
      return true
    },
    listening(names) {
      const pollIds = names.flatMap((name) => pollOf(name) ?? [])
      if (pollIds.length === 0) return
      for (const listener of gapListeners) listener(pollIds)
      channels.publish(followsChannel, JSON.stringify(pollIds)) // only now do others count this node
    },
    async settled() {
      await Promise.all(sending.values())
    },
  }
}

/** Whether there is no need of `next` once `last` is sent: a poll that is gone stays so. */
function supersedes(last: PollNews, next: PollNews): boolean {
  if (last.kind === 'deleted') return true
  return next.kind === 'snapshot' && !isNewerSnapshot(next, last)
}
