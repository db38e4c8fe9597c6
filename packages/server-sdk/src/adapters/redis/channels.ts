import { randomBytes } from 'node:crypto'
import type { Connections } from './connect.ts'
import type { Health } from './health.ts'

/** Pub/sub between nodes: on one Redis plain, in a cluster sharded, so that a message goes only where its key is. */
export interface Channels {
  /** Listens to a channel from soon on, and again whenever the connection comes back. */
  add(channel: string): void
  remove(channel: string): void
  /** Sends to every other node that listens. */
  publish(channel: string, text: string): void
  /** What publishes inside a script, and what stands before the text there. */
  readonly command: 'PUBLISH' | 'SPUBLISH'
  readonly sender: string
  /** Tries again what has failed. */
  tend(): void
}

export interface ChannelsListener {
  /** Another node has sent this. */
  heard(channel: string, text: string): void
  /** From here on messages of these channels come; some may have been missed until now. */
  listening(channels: readonly string[]): void
}

/** Channels in one command. */
const most = 1000

export function createChannels(
  { commands, subscriber, isCluster }: Connections,
  listener: ChannelsListener,
  health: Health,
): Channels {
  const wanted = new Set<string>()
  /** Asked for, answered or not. */
  const asked = new Set<string>()
  const sender = randomBytes(12).toString('base64url')
  const verbs = isCluster
    ? ({
        command: 'SPUBLISH',
        publish: 'spublish',
        add: 'ssubscribe',
        remove: 'sunsubscribe',
        event: 'smessage',
      } as const)
    : ({ command: 'PUBLISH', publish: 'publish', add: 'subscribe', remove: 'unsubscribe', event: 'message' } as const)

  subscriber.on(verbs.event, (channel: string, message: string) => {
    if (wanted.has(channel) && !message.startsWith(sender)) listener.heard(channel, message.slice(sender.length))
  })
  if (isCluster) {
    // It listens again by itself, on whichever node a slot has come to.
    subscriber.on('subscribersReady', () => listener.listening([...asked]))
  } else {
    subscriber.on('close', () => asked.clear())
  }
  subscriber.on('ready', tend)

  function tend() {
    if (subscriber.status !== 'ready') return
    const missing = [...wanted].filter((channel) => !asked.has(channel))
    // In a cluster those of one command would have to be of one slot.
    for (const channels of isCluster ? missing.map((channel) => [channel]) : inPages(missing)) void ask(channels)
  }

  async function ask(channels: readonly string[]) {
    for (const channel of channels) asked.add(channel)
    try {
      await subscriber[verbs.add](...channels)
      const listening = channels.filter((channel) => wanted.has(channel) && asked.has(channel))
      if (listening.length > 0) listener.listening(listening)
    } catch (error) {
      for (const channel of channels) asked.delete(channel)
      health.failed(error)
    }
  }

  async function forget(channel: string) {
    try {
      await subscriber[verbs.remove](channel)
    } catch (error) {
      health.failed(error)
    }
  }

  return {
    ...{ command: verbs.command, sender, tend },
    add(channel) {
      if (wanted.has(channel)) return
      wanted.add(channel)
      if (subscriber.status === 'ready') void ask([channel])
    },
    remove(channel) {
      if (!wanted.delete(channel) || !asked.delete(channel)) return
      void forget(channel)
    },
    publish(channel, text) {
      commands[verbs.publish](channel, sender + text).catch(health.failed)
    },
  }
}

function inPages(channels: readonly string[]): string[][] {
  const pages: string[][] = []
  for (let from = 0; from < channels.length; from += most) pages.push(channels.slice(from, from + most))
  return pages
}
