import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createSessions, type EndedSessions } from './sessions.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function createSetup(ask?: EndedSessions) {
  const logger = createRecordingLogger()
  const sessions = createSessions(ask, logger)
  const ended: string[] = []
  sessions.onEnd((session) => ended.push(session))
  return { sessions, ended, logger }
}

/** A host that notes what it is asked about. */
function createHost(over: string[] = []) {
  const asked: (readonly string[])[] = []
  const ask: EndedSessions = async (about) => {
    asked.push(about)
    return over
  }
  return { asked, over, ask }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))
const twoSeconds = async () => {
  vi.advanceTimersByTime(2000)
  await settled()
}

describe('hasEnded', () => {
  it('is what the host says, asked about that session', async () => {
    const { ask, asked } = createHost(['a'])
    const { sessions, ended } = createSetup(ask)
    expect([await sessions.hasEnded('a'), await sessions.hasEnded('b')]).toEqual([true, false])
    expect(asked).toEqual([['a'], ['b']])
    expect(ended, 'nobody is told by a question').toEqual([])
  })

  it('is what this node was told, without asking the host', async () => {
    const { ask, asked } = createHost()
    const { sessions } = createSetup(ask)
    sessions.end('a')
    expect(await sessions.hasEnded('a')).toBe(true)
    expect(asked).toEqual([])
  })

  it('is false of every session that this node was not told of, where the host cannot be asked', async () => {
    const { sessions } = createSetup()
    sessions.end('a')
    expect([await sessions.hasEnded('a'), await sessions.hasEnded('b')]).toEqual([true, false])
  })

  it('is false of a session without a name, which cannot end', async () => {
    const { ask, asked } = createHost([''])
    const { sessions, ended } = createSetup(ask)
    sessions.end('')
    expect(await sessions.hasEnded('')).toBe(false)
    expect([asked, ended]).toEqual([[], []])
  })

  it('asks about all that are asked for at once together', async () => {
    const { ask, asked } = createHost(['s7'])
    const { sessions } = createSetup(ask)
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => sessions.hasEnded(`s${index}`)))
    expect(asked).toHaveLength(1)
    expect(answers.flatMap((hasEnded, index) => (hasEnded ? index : []))).toEqual([7])
  })

  it('is true of a session that ends while the host is asked', async () => {
    let answer = (_: readonly string[]) => {}
    const { sessions } = createSetup(() => new Promise((resolve) => (answer = resolve)))
    const asking = sessions.hasEnded('a')
    await settled()
    sessions.end('a')
    answer([])
    expect(await asking).toBe(true)
  })

  it('fails where the host fails, and can be asked again', async () => {
    let isDown = true
    const { sessions } = createSetup(async () => {
      if (isDown) throw new Error('the session store is down')
      return []
    })
    await expect(sessions.hasEnded('a')).rejects.toThrow('down')
    isDown = false
    expect(await sessions.hasEnded('a')).toBe(false)
  })
})

describe('end', () => {
  it('tells everyone who listens, each time', () => {
    const { sessions, ended } = createSetup()
    const others: string[] = []
    sessions.onEnd((session) => others.push(session))
    for (const session of ['a', 'b', 'a']) sessions.end(session)
    expect([ended, others]).toEqual([
      ['a', 'b', 'a'],
      ['a', 'b', 'a'],
    ])
  })

  it('forgets the session that ended longest ago when it knows too many', async () => {
    const { sessions } = createSetup()
    for (let index = 0; index < 10_000; index++) sessions.end(`s${index}`)
    sessions.end('s0')
    sessions.end('one more')
    const known = await Promise.all(['s0', 's1', 's2', 'one more'].map((session) => sessions.hasEnded(session)))
    expect(known).toEqual([true, false, true, true])
  })
})

describe('watch', () => {
  it('asks about all that are open, each once, every two seconds, and ends those that are over', async () => {
    const { ask, asked, over } = createHost()
    const { sessions, ended } = createSetup(ask)
    const open = ['a', 'b', 'a', '']
    const stop = sessions.watch(() => open)
    await twoSeconds()
    expect([asked, ended]).toEqual([[['a', 'b']], []])
    over.push('b')
    await twoSeconds()
    expect(ended).toEqual(['b'])
    expect(await sessions.hasEnded('b'), 'without asking again').toBe(true)
    expect(asked).toHaveLength(2)
    stop()
    await twoSeconds()
    expect(asked).toHaveLength(2)
  })

  it('asks about nothing where nothing is open', async () => {
    const { ask, asked } = createHost()
    createSetup(ask).sessions.watch(() => [''])
    await twoSeconds()
    expect(asked).toEqual([])
  })

  it('does not ask while it is being answered', async () => {
    const answers: ((ended: readonly string[]) => void)[] = []
    const { sessions, ended } = createSetup(() => new Promise((resolve) => answers.push(resolve)))
    sessions.watch(() => ['a'])
    for (let time = 0; time < 3; time++) await twoSeconds()
    expect(answers).toHaveLength(1)
    answers[0]?.(['a'])
    await settled()
    expect(ended).toEqual(['a'])
    await twoSeconds()
    expect(answers).toHaveLength(2)
  })

  it('goes on after the host has failed, and says so', async () => {
    let isDown = true
    const { sessions, ended, logger } = createSetup(() => {
      if (isDown) throw new Error('the session store is down')
      return ['a']
    })
    sessions.watch(() => ['a'])
    await twoSeconds()
    expect(logger.warnings).toHaveLength(1)
    isDown = false
    await twoSeconds()
    expect(ended).toEqual(['a'])
  })

  it('asks again, and says so, where the host does not answer', async () => {
    const answers: ((ended: readonly string[]) => void)[] = []
    const { sessions, ended, logger } = createSetup(() => new Promise((resolve) => answers.push(resolve)))
    sessions.watch(() => ['a'])
    for (let time = 0; time < 3; time++) await twoSeconds()
    expect([answers.length, logger.warnings.length]).toEqual([1, 0])
    for (let time = 0; time < 2; time++) await twoSeconds()
    expect([answers.length, logger.warnings.length]).toEqual([2, 1])
    answers[1]?.(['a'])
    await settled()
    expect(ended).toEqual(['a'])
    expect(vi.getTimerCount(), 'only the next look').toBe(1)
  })

  it('is nothing where the host cannot be asked', () => {
    const { sessions } = createSetup()
    const stop = sessions.watch(() => expect.unreachable())
    vi.advanceTimersByTime(10_000)
    expect(vi.getTimerCount()).toBe(0)
    stop()
  })
})
