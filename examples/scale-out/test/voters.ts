import { EventEmitter, once } from 'node:events'
import { setTimeout as pass } from 'node:timers/promises'
import { createPollClient, createVoterClient, type WatchedPoll } from '@live-poll/client-sdk'
import { WebSocket } from 'ws'
import type { Ledger } from './ledger.ts'
import { adminKey } from './start-all.ts'

export interface VotersOptions {
  /** Base URL of the API, through nginx. */
  readonly server: string
  readonly pollId: string
  readonly choices: number
  /** Votes a second over relays, about. */
  readonly perSecond: number
  readonly ledger: Ledger
}

export interface Voters {
  /** Of those who watch: how they are connected, and what they see. */
  screens(): readonly (WatchedPoll | undefined)[]
  /** Resolves when all relays send votes, many at once: whoever is killed then has votes on their way. */
  nextBurst(): Promise<unknown>
  /** Casts no more votes. */
  end(): void
  /** How many wait for an answer, once no more votes are cast. */
  waiting(): number
  close(): void
}

const relays = 3
/** Voters of a relay at once, each with one vote after the other. */
const lanes = 20
/** Votes of one voter of a relay: the first one, and changes. */
const votesEach = 3
/** Every so-manyeth acknowledged vote of a relay is sent again. */
const repeatEvery = 20
/** Devices with a client of their own, on a WebSocket and where none is let through. */
const devices = { socket: 20, stream: 8 }
/** Milliseconds between two votes of a device. */
const devicePause = 300

/** A network that lets no WebSocket through. */
class BlockedWebSocket extends WebSocket {
  constructor() {
    super('ws://127.0.0.1:9')
  }
}

/** Has people vote and change their votes through nginx, in all ways in: relays, WebSockets, and HTTP beside streams. */
export function startVoters({ server, pollId, choices, perSecond, ledger }: VotersOptions): Voters {
  const { fetch } = ledger
  const closes: (() => void)[] = []
  const screens: (() => WatchedPoll | undefined)[] = []
  let isOver = false
  let lastVoter = 0
  const bursts = new EventEmitter().setMaxListeners(0)
  const timer = setInterval(() => bursts.emit('burst'), (relays * lanes * 1000) / perSecond)
  const nextBurst = () => once(bursts, 'burst')
  const draw = (turn: number) => [1 + (turn % choices)]

  async function voteOverRelay(relay: ReturnType<typeof openRelay>) {
    while (!isOver) {
      const index = ++lastVoter
      const voter = `voter-${index}`
      for (let revision = 1; revision <= votesEach && !isOver; revision++) {
        await nextBurst()
        const vote = { voter, voteId: `${voter}.${revision}`, choices: draw(index + revision) }
        const cast = () => relay.vote({ ...vote, pollId, revision: revision - 1, epoch: 1 })
        const receipt = await cast()
        if (receipt.revision !== revision) ledger.wrong.push(`${vote.voteId} became revision ${receipt.revision}.`)
        ledger.note({ ...vote, revision }, receipt.duplicate)
        if (ledger.acked.length % repeatEvery === 0) {
          const { duplicate, revision: again } = await cast()
          if (!duplicate || again !== revision) ledger.wrong.push(`${vote.voteId}, sent again, was taken as new.`)
        }
      }
    }
  }

  function openRelay() {
    const client = createPollClient({ server, token: adminKey, WebSocket, fetch })
    const relay = client.relay(() => client.api.admitRelay())
    closes.push(relay.close, client.close)
    return relay
  }

  async function voteAsDevice(kind: keyof typeof devices, index: number) {
    const client = createVoterClient({
      ...{ server, storage: null, fetch },
      WebSocket: kind === 'socket' ? WebSocket : BlockedWebSocket,
    })
    closes.push(client.close)
    let state: WatchedPoll | undefined
    client.watch(pollId, (next) => {
      state = next
    })
    screens.push(() => state)
    const voter = `device ${kind} ${index}`
    for (let turn = index; !isOver; turn++) {
      const vote = draw(turn)
      const { voteId, revision, duplicate } = await client.vote(pollId, vote)
      ledger.note({ voter, voteId, revision, choices: vote }, duplicate)
      await pass(devicePause)
    }
  }

  const voting = [
    ...Array.from({ length: relays }, openRelay).flatMap((relay) =>
      Array.from({ length: lanes }, () => voteOverRelay(relay)),
    ),
    ...(['socket', 'stream'] as const).flatMap((kind) =>
      Array.from({ length: devices[kind] }, (_, index) => voteAsDevice(kind, index)),
    ),
  ]
  let waiting = voting.length
  for (const one of voting) {
    void one.catch((error) => ledger.wrong.push(`A vote was refused: ${error}`)).finally(() => waiting--)
  }

  return {
    screens: () => screens.map((screen) => screen()),
    nextBurst,
    end() {
      isOver = true
    },
    waiting: () => waiting,
    close() {
      isOver = true
      clearInterval(timer)
      for (const close of closes) close()
    },
  }
}
