import { afterEach, describe, expect, it, vi } from 'vitest'
import { createVoter, pageStorage, type TokenStorage } from './voter.ts'

afterEach(() => void vi.unstubAllGlobals())

function memoryStorage(): TokenStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

const brokenStorage: TokenStorage = {
  getItem: () => {
    throw new Error('SecurityError')
  },
  setItem: () => {
    throw new Error('QuotaExceededError')
  },
  removeItem: () => {
    throw new Error('SecurityError')
  },
}

function create({ storage = null, given }: { storage?: TokenStorage | null; given?: string } = {}) {
  let admissions = 0
  const admitVoter = vi.fn(async (_token: string | undefined) => {
    admissions++
    const expiresAt = '2027-01-01T00:00:00.000Z'
    return {
      voterId: `v${admissions}`,
      token: `lpv_${admissions}`,
      expiresAt,
      ticket: `lpt_${admissions}`,
      ticketExpiresAt: expiresAt,
    }
  })
  return { voter: createVoter({ admitVoter, given, storage, storageKey: 'key' }), admitVoter }
}

describe('createVoter', () => {
  it('stores nothing before it is admitted, and the token by the time it is', async () => {
    const storage = memoryStorage()
    const { voter } = create({ storage })
    expect(voter.token()).toBeUndefined()
    expect(storage.items.size).toBe(0)
    expect((await voter.admit()).ticket).toBe('lpt_1')
    expect(storage.items.get('key')).toBe('lpv_1')
    expect(voter.token()).toBe('lpv_1')
  })

  it('is the voter of an earlier visit, or of another tab', () => {
    const storage = memoryStorage()
    const { voter } = create({ storage })
    storage.setItem('key', 'lpv_other_tab')
    expect(voter.token()).toBe('lpv_other_tab')
  })

  it('is admitted once, however many ask at once', async () => {
    const { voter, admitVoter } = create()
    const [one, other] = await Promise.all([voter.admit(), voter.admit()])
    expect(other).toBe(one)
    expect(admitVoter).toHaveBeenCalledOnce()
  })

  it('may be admitted again after a failure', async () => {
    const { voter, admitVoter } = create()
    admitVoter.mockRejectedValueOnce(new Error('offline'))
    await expect(voter.admit()).rejects.toThrow('offline')
    expect((await voter.admit()).ticket).toBe('lpt_1')
  })

  it('forgets a token that was refused', async () => {
    const storage = memoryStorage()
    const { voter } = create({ storage })
    await voter.admit()
    voter.refused()
    expect(voter.token()).toBeUndefined()
    expect(storage.items.size).toBe(0)
  })

  it('goes on from memory when storage fails', async () => {
    const { voter } = create({ storage: brokenStorage })
    expect(voter.token()).toBeUndefined()
    await voter.admit()
    expect(voter.token()).toBe('lpv_1')
    voter.refused()
    expect(voter.token()).toBeUndefined()
  })

  it('shows the token it has for a fresh ticket, and none once that was refused', async () => {
    const { voter, admitVoter } = create({ storage: memoryStorage() })
    await voter.admit()
    await voter.admit()
    voter.refused()
    await voter.admit()
    expect(admitVoter.mock.calls).toEqual([[undefined], ['lpv_1'], [undefined]])
  })

  it('is whom the app gave, and nobody else when that is refused', async () => {
    const { voter, admitVoter } = create({ given: 'lpv_given' })
    expect(voter.token()).toBe('lpv_given')
    voter.refused()
    await voter.admit()
    expect(admitVoter.mock.calls).toEqual([['lpv_given']])
  })
})

describe('pageStorage', () => {
  it('is null where looking at localStorage throws, or there is none', () => {
    vi.stubGlobal('localStorage', undefined)
    expect(pageStorage()).toBeNull()
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get() {
        throw new Error('SecurityError')
      },
    })
    expect(pageStorage()).toBeNull()
    Reflect.deleteProperty(globalThis, 'localStorage')
  })
})
