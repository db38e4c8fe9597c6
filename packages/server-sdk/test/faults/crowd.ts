import { createPollClient, type Relay, type WatchedPoll } from '@live-poll/client-sdk'
import { WebSocket } from 'ws'
import { type FleetNode, fleetAdminKey } from './fleet.ts'

/** Those who are connected to the process that stands at one place of a fleet. */
export interface Crowd {
  /** Casts for its voters. */
  readonly relay: Relay
  /** What the clients who watch a poll are shown; undefined before anything is. */
  screens(pollId: string): readonly (WatchedPoll | undefined)[]
  close(): void
}

/** Clients that watch each poll: two, so that a frame goes to several. */
const screensEach = 2

/** Past the door, which is for those who stay whatever process stands there. */
export function connectCrowd(node: FleetNode, polls: readonly { readonly id: string }[]): Crowd {
  const server = node.directServer()
  const organizer = createPollClient({ server, token: fleetAdminKey, WebSocket })
  const relay = organizer.relay(() => organizer.api.admitRelay())
  const screens = new Map(polls.map(({ id }) => [id, Array.from({ length: screensEach }, () => watch(id))]))

  function watch(pollId: string) {
    const client = createPollClient({ server, storage: null, WebSocket })
    let shown: WatchedPoll | undefined
    client.watch(pollId, (state) => {
      shown = state
    })
    return { shown: () => shown, close: client.close }
  }

  return {
    relay,
    screens: (pollId) => (screens.get(pollId) ?? []).map((screen) => screen.shown()),
    close() {
      relay.close()
      for (const screen of [...screens.values()].flat()) screen.close()
    },
  }
}
