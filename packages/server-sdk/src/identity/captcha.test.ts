import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { type CaptchaOptions, createCheckCaptcha } from './captcha.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  expect(vi.getTimerCount(), 'timers left').toBe(0)
  vi.useRealTimers()
})

function createSetup(options: CaptchaOptions) {
  const logger = createRecordingLogger()
  return { check: createCheckCaptcha(options, logger), logger }
}

describe('an answer', () => {
  it('is solved where the service says so, and it is asked about that answer once', async () => {
    const asked: string[] = []
    const { check, logger } = createSetup({
      verify: async (response) => {
        asked.push(response)
        return response === 'good'
      },
    })
    expect([await check('good'), await check('bad')]).toEqual([true, false])
    expect(asked).toEqual(['good', 'bad'])
    expect(logger.warnings).toEqual([])
  })

  it('may be judged at once', async () => {
    expect(await createSetup({ verify: () => true }).check('x')).toBe(true)
    expect(await createSetup({ verify: () => false, whenUnreachable: 'failOpen' }).check('x')).toBe(false)
  })

  it.each([1, 'true', {}, null, undefined])('is not solved by %j', async (said) => {
    const verify = (() => said) as unknown as () => boolean
    for (const whenUnreachable of ['failClosed', 'failOpen'] as const) {
      expect(await createSetup({ verify, whenUnreachable }).check('x')).toBe(false)
    }
  })
})

describe('a service that cannot be asked', () => {
  const failures: Record<string, () => Promise<boolean>> = {
    throws: () => {
      throw new Error('down')
    },
    rejects: () => Promise.reject(new Error('down')),
    hangs: () => new Promise(() => {}),
  }
  const cases = Object.entries(failures).flatMap(([how, verify]) => [
    ...([undefined, 'failClosed', 'failOpen'] as const).map((whenUnreachable) => ({ how, verify, whenUnreachable })),
  ])

  it.each(cases)(
    'and $how lets nobody in but where it fails open: $whenUnreachable',
    async ({ verify, whenUnreachable }) => {
      const { check, logger } = createSetup({ verify, ...(whenUnreachable && { whenUnreachable }) })
      const checking = check('x')
      await vi.advanceTimersByTimeAsync(3000)
      expect(await checking).toBe(whenUnreachable === 'failOpen')
      expect(logger.warnings).toHaveLength(1)
      expect(String(logger.warnings[0])).toContain(whenUnreachable ?? 'failClosed')
    },
  )

  it.each([
    [undefined, 3000],
    [50, 50],
  ])('has as long as the option says (%s): %s ms', async (timeout, time) => {
    const { check } = createSetup({ verify: () => new Promise(() => {}), ...(timeout && { timeout }) })
    let isOver = false
    const checking = check('x').then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(time - 1)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(isOver).toBe(true)
    await checking
  })

  it('may answer just in time, and is not heard later', async () => {
    const answerIn = (time: number, said: boolean) => () =>
      new Promise<boolean>((resolve) => setTimeout(() => resolve(said), time))
    const inTime = createSetup({ verify: answerIn(2999, true) }).check('x')
    const late = createSetup({ verify: answerIn(3001, true) }).check('x')
    await vi.advanceTimersByTimeAsync(3001)
    expect([await inTime, await late]).toEqual([true, false])
  })

  it('does no harm by failing later', async () => {
    const verify = () => new Promise<boolean>((_, reject) => setTimeout(() => reject(new Error('late')), 4000))
    const { check, logger } = createSetup({ verify })
    const checking = check('x')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await checking).toBe(false)
    expect(logger.warnings).toHaveLength(1)
  })
})
