import { programPath } from '../process/build-programs.ts'
import { serverCore } from '../process/machine.ts'
import { type Remote, startProcess } from '../process/start-process.ts'
import type { LivePollServer } from '../servers/live-poll.ts'
import { asInstalled, type Contender, type Figures, type World, withServer } from './world.ts'

const crowd = 10_000
/** Beside the crowd, to see what grows with it. */
const few = 1000
const silent = 50

/** (j) What happens to everybody else. */
export const standing: readonly Contender[] = [
  death('j-dies', crowd),
  death('j-dies-few', few),
  { key: 'j-silent', title: `ours, ${silent} clients never read`, measure: measureSilence, fullRunOnly: true },
]

function death(key: string, clients: number): Contender {
  return {
    ...{ key, title: `ours, the node of ${clients.toLocaleString('en')} clients dies`, fullRunOnly: true },
    measure: (world) => measureDeath(world, clients),
  }
}

function measureDeath(world: World, clients: number): Promise<Figures> {
  const { load } = world
  return withServer<LivePollServer, Figures>(
    asInstalled(world),
    'live-poll',
    undefined,
    async (survivor, { argument }) => {
      const victim = await startProcess<LivePollServer>(programPath('live-poll'), serverCore, argument)
      try {
        const [poll = ''] = await survivor.call('createPolls', 1)
        const [from, to] = [await victim.call('port', null), await survivor.call('port', null)]
        await load.call('settle', { from, to, poll, count: clients })
        const before = await survivor.call('databaseUses', null)
        await victim.kill()
        const { back, seconds, attempts } = await load.call('awaitReturn', { count: clients, seconds: 90 })
        const reads = (await survivor.call('databaseUses', null)) - before
        return {
          back,
          returned: back === clients ? seconds : Number.POSITIVE_INFINITY,
          attempts: attempts / clients,
          readRate: reads / seconds,
        }
      } finally {
        await victim.stop()
      }
    },
  )
}

function measureSilence(world: World): Promise<Figures> {
  const { load } = world
  return withServer<LivePollServer, Figures>(asInstalled(world), 'live-poll', undefined, async (server) => {
    const polls = await server.call('createPolls', 1)
    const poll = await server.call('createBigPoll', 34_000)
    const port = await server.call('port', null)
    let first = 0

    /** Others vote meanwhile. */
    async function ask(isReading: boolean, seconds: number) {
      const peak = watchMemory(server)
      const credential = await server.call('credential', null)
      const plan = { port, credential, poll, count: silent, perSecond: 10, isReading, seconds }
      const asked = load.call('askOften', plan)
      asked.catch(() => {}) // it is looked at in the end
      const votes = await load.call('castVotes', {
        ...{ protocol: 'livePoll', port, credential, polls, first, connections: 20, pace: { perSecond: 1000 } },
        ...{ warmUp: 1, seconds: 8, parts: { server: 0, postgres: 0, redis: 0 } },
      })
      first += 1_000_000
      const { closed, seconds: cut } = await asked
      return { closed, cut, p99: votes.p99, memory: await peak.stop() }
    }

    const reading = await ask(true, 10)
    const notReading = await ask(false, 60)
    const { closed, cut, p99 } = notReading
    const silentMemory = Math.max(0, notReading.memory - reading.memory) / silent
    return { calm99: reading.p99, p99, closed, cut, silentMemory }
  })
}

/** Looks at it twice a second, without garbage. */
function watchMemory(server: Remote<LivePollServer>) {
  let most = 0
  const look = async () => {
    most = Math.max(most, (await server.call('memory', null)).rss)
  }
  const timer = setInterval(look, 500)
  return {
    /** @returns the most that it was */
    async stop(): Promise<number> {
      clearInterval(timer)
      await look()
      return most
    },
  }
}
