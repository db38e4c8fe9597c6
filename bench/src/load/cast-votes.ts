import { type CpuTimes, differenceOf, type Parts, readCpuTimes } from '../measure/cpu.ts'
import { type Connection, openConnection, openConnections } from './connection.ts'
import { type ProtocolName, voteProtocols } from './vote-protocols.ts'
import { createVoteWriter, type Electorate, firstNumber } from './vote-writer.ts'
import { createVotesInFlight, type Verdict } from './votes-in-flight.ts'

export interface VotePlan extends Electorate {
  readonly protocol: ProtocolName
  readonly port: number
  /** Asked for by each connection when it opens. */
  readonly credential: string | null
  readonly connections: number
  /** `depth` votes unanswered on each connection at any time, or so many votes a second whatever is answered. */
  readonly pace: { readonly depth: number } | { readonly perSecond: number }
  /** Seconds of votes before the ones that are measured. */
  readonly warmUp: number
  readonly seconds: number
  /** Votes cast before, of this electorate. @default 0 */
  readonly first?: number
  /** Casts so many before it warms up. @default 0 */
  readonly fill?: number
  /** Whose CPU time is taken. */
  readonly parts: Parts
}

export interface VoteReport {
  /** Of the measured time. */
  readonly seconds: number
  readonly accepted: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly cpu: CpuTimes
  /** Of all that was cast. */
  readonly total: {
    readonly sent: number
    readonly accepted: number
    readonly refused: number
    readonly unknown: number
  }
  /** The first answer that says anything but yes, word for word. */
  readonly refusal: string | null
}

/** Milliseconds between two sendings at a given pace. */
const tick = 1
/** Milliseconds that the last votes may wait for their answers. */
const patience = 20_000

/** @throws Error when a connection is lost, or a vote is answered twice or never */
export async function castVotes(plan: VotePlan): Promise<VoteReport> {
  const protocol = voteProtocols[plan.protocol]
  const writer = createVoteWriter(protocol, plan)
  const votes = createVotesInFlight(plan.first ?? 0)
  const depth = 'depth' in plan.pace ? plan.pace.depth : undefined
  let isSending = true
  let lost: string | undefined
  let refusal: string | null = null
  let onAnswer = () => {}

  function judge(bytes: Buffer, start: number, end: number): Verdict {
    if (protocol.isAccepted(bytes, start, end)) return 'accepted'
    const text = bytes.toString('utf8', start, end)
    refusal ??= text
    return text.includes('"UNAVAILABLE"') ? 'unknown' : 'refused'
  }

  function createSender() {
    // A frame is written over when three times as many have been sent since as can be unanswered.
    const ring = Buffer.alloc((depth ?? 0) * 4 * writer.size)
    let at = 0
    let due = 0
    let now = 0
    let connection: Connection | undefined

    function cast(count: number, sentAt: number) {
      const size = count * writer.size
      if (at + size > ring.length) at = 0
      const frames = depth === undefined ? Buffer.allocUnsafe(size) : ring.subarray(at, at + size)
      for (let index = 0; index < count; index++) writer.write(frames, index * writer.size, votes.send(sentAt))
      at += size
      connection?.send(frames)
    }

    const open = async () => {
      connection = await openConnection(plan.port, protocol, protocol.greet(plan.credential), {
        arrived() {
          now = performance.now()
        },
        frame(_opcode, bytes, start, end) {
          const number = protocol.answered(bytes, start, end)
          if (number < 0) return
          const verdict = judge(bytes, start, end)
          if (votes.answer(number - firstNumber, verdict, now)) due++
        },
        done() {
          if (due === 0) return
          if (isSending && depth !== undefined) cast(due, now)
          due = 0
          onAnswer()
        },
        closed(reason) {
          lost ??= reason
        },
      })
    }
    return { open, cast, end: () => connection?.end() }
  }

  const senders = Array.from({ length: plan.connections }, createSender)
  await openConnections(plan.connections, (index) => (senders[index] as (typeof senders)[number]).open())
  const stop = depth === undefined ? keepPace(plan.pace as { perSecond: number }) : keepDepth(depth)

  function keepDepth(inFlight: number): () => void {
    for (const sender of senders) sender.cast(inFlight, performance.now())
    return () => {
      isSending = false
    }
  }

  /** Votes are due at fixed moments; one that is sent late, since the loop was busy, counts from when it was due. */
  function keepPace({ perSecond }: { perSecond: number }): () => void {
    const perTick = (perSecond * tick) / 1000
    const begun = performance.now()
    let ticks = 0
    let cast = 0
    const timer = setInterval(() => {
      const now = performance.now()
      while (begun + ticks * tick <= now) {
        const due = begun + ticks * tick
        ticks++
        for (; cast < Math.floor(ticks * perTick); cast++) senders[cast % senders.length]?.cast(1, due)
      }
    }, tick)
    return () => clearInterval(timer)
  }

  function until(isReached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      onAnswer = () => {
        if (!isReached()) return
        onAnswer = () => {}
        resolve()
      }
      onAnswer()
    })
  }

  await until(() => votes.accepted >= (plan.fill ?? 0) || lost !== undefined)
  await after(plan.warmUp)
  votes.latencies.clear()
  const cpuBefore = readCpuTimes(plan.parts)
  const begun = performance.now()
  const acceptedBefore = votes.accepted
  await after(plan.seconds)
  const cpu = differenceOf(cpuBefore, readCpuTimes(plan.parts))
  const seconds = (performance.now() - begun) / 1000
  const accepted = votes.accepted - acceptedBefore
  const { latencies } = votes
  const [p50, p99, max] = [latencies.percentile(0.5), latencies.percentile(0.99), latencies.max()]
  stop()
  await Promise.race([until(() => votes.waiting() === 0 || lost !== undefined), after(patience / 1000)])
  for (const sender of senders) sender.end()

  if (lost !== undefined) throw new Error(`A connection was lost: ${lost}`)
  if (votes.strange > 0) throw new Error(`${votes.strange} votes were answered twice.`)
  if (votes.waiting() > 0) throw new Error(`${votes.waiting()} votes were never answered.`)
  const { sent, refused, unknown } = votes
  const total = { sent, accepted: votes.accepted, refused, unknown }
  return { seconds, accepted, p50, p99, max, cpu, total, refusal }
}

function after(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
