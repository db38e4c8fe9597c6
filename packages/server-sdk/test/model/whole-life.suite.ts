import { createPollClient, type PollClient, PollError, type PollInput, type WatchedPoll } from '@live-poll/client-sdk'
import { isNewer } from '@live-poll/client-sdk/protocol'
import { createLivePoll, type Database, type LivePoll } from '@live-poll/server-sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { neverShed } from '../never-shed.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { inProcessFetch } from './in-process-fetch.ts'
import { LinesUnderTest } from './lines-under-test.ts'
import { PollModel } from './poll-model.ts'
import { type Step, steps } from './steps.ts'

const server = 'http://in.process/live-poll'
/** Two tabs of one voter, and two voters more. */
const voters = ['ann', 'ann', 'ben', 'cleo']
const labels = ['Soup', 'Salad', 'Pie']

export interface DatabaseUnderTest {
  readonly database: Database
  readonly secret?: string
  remove(): Promise<void>
}

/**
 * Random lives of polls against a model of what a poll must do.
 * @param runs lives; `LIVE_POLL_SEED` repeats those of an earlier run
 */
export function describeWholeLife(name: string, makeDatabase: () => Promise<DatabaseUnderTest>, runs: number): void {
  describe(`the whole life of a poll on ${name}`, () => {
    let under: DatabaseUnderTest
    let livePoll: LivePoll
    const logger = createRecordingLogger()

    beforeAll(async () => {
      under = await makeDatabase()
      const { database, secret } = under
      const channel = { messagesPerSecond: 1e6, messageBurst: 1e6 }
      livePoll = createLivePoll({ database, secret, logger, channel, resultsInterval: 1, shedding: neverShed })
      await livePoll.ready()
    })
    afterAll(async () => {
      await livePoll.close()
      await under.remove()
    })

    const seed = Number(process.env.LIVE_POLL_SEED ?? Date.now() % 2 ** 31)
    it(`does what the model does, ${runs} times (LIVE_POLL_SEED=${seed})`, { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.integer(), (life, lineSeed) => live(livePoll, life, lineSeed)),
        { numRuns: runs, seed, endOnFailure: false },
      )
      expect(logger.errors).toEqual([])
    })
  })
}

/** Lives one life, and compares every answer, every screen and the end of it with the model. */
async function live(livePoll: LivePoll, life: readonly Step[], lineSeed: number): Promise<void> {
  const input: PollInput = { question: 'Lunch?', choices: labels, ballot: { min: 1, max: 2 } }
  const { id: pollId } = await livePoll.api.createPoll(input)
  const model = new PollModel()
  const named = await livePoll.api.nameVoters(voters)
  const lines = new LinesUnderTest(livePoll, model, lineSeed)
  const screens = named.map(({ id, token }) => {
    const WebSocket = lines.webSocketOf(id)
    const client = createPollClient({ server, token, fetch: inProcessFetch(livePoll), WebSocket })
    return new Screen(client, pollId)
  })
  try {
    for (const step of life) {
      await take(step, { livePoll, pollId, model, lines, screens })
      await lines.answered()
    }
    for (const screen of screens) await screen.shows(model)
    expect(await livePoll.api.getResults(pollId)).toMatchObject(model.results)
    expect(screens.flatMap(({ setbacks }) => setbacks)).toEqual([])
    expect(lines.differences).toEqual([])
  } finally {
    for (const screen of screens) screen.close()
    lines.close()
  }
}

interface Scene {
  readonly livePoll: LivePoll
  readonly pollId: string
  readonly model: PollModel
  readonly lines: LinesUnderTest
  readonly screens: readonly Screen[]
}

async function take(step: Step, { livePoll, pollId, model, lines, screens }: Scene): Promise<void> {
  const { api } = livePoll
  const screenOf = (index: number) => screens[index % screens.length] as Screen
  switch (step.do) {
    case 'cast': {
      const picked = step.picks.map((pick) => model.choices[pick % model.choices.length] as number)
      return screenOf(step.client).vote([...new Set(picked)])
    }
    case 'castTogether':
      // One tab a voter: which of two tabs comes first is not for the model to know.
      await Promise.all(screens.slice(1).map((screen) => screen.vote([model.choices[step.pick % 2] as number])))
      return
    case 'retract':
      return screenOf(step.client).vote(null)
    case 'resend':
      return lines.resend(step.index, step.isAltered)
    case 'watchAnew':
      return screenOf(step.client).watchAnew()
    case 'choices': {
      const wanted = step.change(model.choices, model.lastId)
      const choices = wanted.map((id) => ({ label: `${step.word} ${id}`, ...(id <= model.lastId && { id }) }))
      if (wanted.length < 2) return
      const isTaken = model.choose(wanted)
      const refused = await api.editPoll(pollId, { choices }).then(() => null, codeOf)
      expect(refused === null ? 'taken' : 'refused').toBe(isTaken ? 'taken' : 'refused')
      if (refused) expect(['POLL_HAS_VOTES', 'POLL_CLOSED']).toContain(refused)
      return
    }
    case 'canChange':
      if (model.isClosed)
        return expect(await api.editPoll(pollId, { canChange: !model.canChange }).catch(codeOf)).toBe('POLL_CLOSED')
      model.canChange = step.value
      await api.editPoll(pollId, { canChange: step.value })
      return
    case 'boxes': {
      const outcome = await api.editPoll(pollId, { boxes: step.boxes }).then(() => null, codeOf)
      // Fewer than there are is refused, and so is everything about a closed poll's counting.
      if (outcome) expect(['INVALID', 'POLL_CLOSED']).toContain(outcome)
      return
    }
    case 'close':
      model.isClosed = true
      await api.closePoll(pollId)
      return
    case 'reset': {
      const epoch = Math.max(1, model.epoch - step.back)
      model.reset(epoch)
      await api.resetPoll(pollId, { epoch })
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof PollError || (error as PollError).code) return (error as PollError).code
  throw error
}

/** What one client shows. Nothing on it may ever go back. */
class Screen {
  /** What was shown after something newer. */
  readonly setbacks: unknown[] = []
  readonly #client: PollClient
  readonly #pollId: string
  #stop: () => void
  #shown: WatchedPoll | undefined
  #onChange = () => {}

  constructor(client: PollClient, pollId: string) {
    this.#client = client
    this.#pollId = pollId
    this.#stop = this.#watch()
  }

  async vote(choices: readonly number[] | null): Promise<void> {
    await this.#client.vote(this.#pollId, choices).catch(codeOf)
  }

  async watchAnew(): Promise<void> {
    this.#stop()
    this.#shown = undefined
    this.#stop = this.#watch()
  }

  /** Resolves when the newest counts, choices and state are on the screen. */
  async shows(model: PollModel): Promise<void> {
    const expected = { epoch: model.epoch, state: model.isClosed ? 'closed' : 'open', ...model.results }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Shown ${JSON.stringify(this.#shown)}, expected ${JSON.stringify(expected)}.`))
      }, 10_000)
      this.#onChange = () => {
        const { results, poll } = this.#shown ?? {}
        const ids = poll?.choices.map(({ id }) => id)
        const isSame =
          results?.epoch === expected.epoch &&
          results.state === expected.state &&
          results.voters === expected.voters &&
          `${results.votes}` === `${expected.votes}` &&
          `${ids}` === `${model.choices}`
        if (!isSame) return
        clearTimeout(timer)
        resolve()
      }
      this.#onChange()
    })
  }

  close(): void {
    this.#stop()
    this.#client.close()
  }

  #watch(): () => void {
    return this.#client.watch(this.#pollId, (state) => {
      const before = this.#shown
      this.#shown = state
      if (before && goesBack(before, state)) this.setbacks.push({ before, state })
      this.#onChange()
    })
  }
}

function goesBack(before: WatchedPoll, after: WatchedPoll): boolean {
  if (before.results && after.results && before.results !== after.results && !isNewer(after.results, before.results)) {
    return true
  }
  if (!before.poll || !after.poll || after.poll.epoch > before.poll.epoch) return false
  if (after.poll.epoch < before.poll.epoch || after.poll.edition < before.poll.edition) return true
  return (after.vote?.revision ?? 0) < (before.vote?.revision ?? 0)
}
