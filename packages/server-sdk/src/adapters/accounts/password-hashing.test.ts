import { expect, test } from 'vitest'
import { hashBeforehand, inTurn } from './password-hashing.ts'

/** Hashes when it is told to. */
function slowHashing() {
  const running: (() => void)[] = []
  const wait = () => new Promise<void>((resolve) => running.push(resolve))
  return {
    running,
    hashing: {
      hash: async (password: string) => {
        await wait()
        if (password === 'bad') throw new Error('no')
        return `hash of ${password}`
      },
      verify: async () => {
        await wait()
        return true
      },
    },
  }
}

test('hashes two at once, lets a hundred wait, and is too busy for more', async () => {
  const { running, hashing } = slowHashing()
  const { hash, verify } = inTurn(hashing)
  const works = Array.from({ length: 102 }, (_, index) =>
    index % 2 ? hash('good') : verify({ hash: '', password: '' }),
  )
  expect(running).toHaveLength(2)
  await expect(hash('one more')).rejects.toMatchObject({ code: 'BUSY', details: { retryAfter: expect.any(Number) } })
  while (running.length > 0) {
    expect(running.length).toBeLessThanOrEqual(2)
    running.shift()?.()
    await new Promise(setImmediate)
  }
  expect(await Promise.all(works)).toHaveLength(102)
})

test('goes on after one that failed', async () => {
  const { running, hashing } = slowHashing()
  const { hash } = inTurn(hashing)
  const works = ['bad', 'bad', 'good'].map((password) => hash(password).catch(() => 'failed'))
  for (let i = 0; i < 3; i++) {
    running.shift()?.()
    await new Promise(setImmediate)
  }
  expect(await Promise.all(works)).toEqual(['failed', 'failed', 'hash of good'])
})

test('finds a hash that its own work has prepared, and no other', async () => {
  let hashed = 0
  const hashing = hashBeforehand({ hash: async (password) => `${password} ${++hashed}`, verify: async () => true })
  const work = (password: string) =>
    hashing.inWork(async () => {
      await hashing.prepare(password)
      await new Promise(setImmediate)
      return hashing.hash(password)
    })
  expect(await Promise.all([work('ann'), work('bob')])).toEqual(['ann 1', 'bob 2'])
  expect(await hashing.hash('eve')).toBe('eve 3')
})
