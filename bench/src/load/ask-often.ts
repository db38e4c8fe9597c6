import { openConnection, openConnections } from './connection.ts'
import { clientFrame } from './frames.ts'
import { voteProtocols } from './vote-protocols.ts'

export interface AskPlan {
  readonly port: number
  /** A relay's ticket: relays may ask as often as they like. */
  readonly credential: string | null
  readonly poll: string
  readonly count: number
  /** Questions that each asks a second. */
  readonly perSecond: number
  /** Whether they read the answers. */
  readonly isReading: boolean
  /** After so many seconds, or when all are cut off, it is over. */
  readonly seconds: number
}

/** Milliseconds between two questions of everybody. */
const tick = 100

/** Clients who ask and ask. @returns how many of them were cut off, and after how many seconds */
export async function askOften(plan: AskPlan): Promise<{ closed: number; seconds: number }> {
  const { port, credential, poll, count, perSecond, isReading, seconds } = plan
  const protocol = voteProtocols.livePoll
  const watch = clientFrame(JSON.stringify({ type: 'watch', pollId: poll }))
  const questions = Buffer.concat(
    Array.from({ length: Math.max(1, Math.round((perSecond * tick) / 1000)) }, () => watch),
  )
  const open = new Set<{ send(bytes: Buffer): void; end(): void }>()
  const begun = performance.now()
  let closedAt = begun
  let closed = 0
  await openConnections(count, async () => {
    const connection = await openConnection(port, protocol, protocol.greet(credential), {
      frame() {},
      closed() {
        if (!open.delete(connection)) return
        closed++
        closedAt = performance.now()
      },
    })
    open.add(connection)
    if (!isReading) connection.stopReading()
  })
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      for (const connection of open) connection.send(questions)
      if (open.size > 0 && performance.now() - begun < seconds * 1000) return
      clearInterval(timer)
      resolve()
    }, tick)
  })
  for (const connection of open) connection.end()
  open.clear()
  return { closed, seconds: (closedAt - begun) / 1000 }
}
