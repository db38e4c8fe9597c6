import { afterEach, describe, expect, it, vi } from 'vitest'
import { createVoter, pageStorage, type TokenStorage, type VoterParts } from './voter.ts'

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

type Options = Partial<Pick<VoterParts, 'storage' | 'given' | 'isInvited'>>

function create({ storage = null, given, isInvited }: Options = {}) {
  let admissions = 0
  const page = { isSession: false }
  const admitVoter = vi.fn<VoterParts['admitVoter']>(async () => {
    admissions++
    const until = '2027-01-01T00:00:00.000Z'
    return {
      voterId: `v${admissions}`,
      kind: page.isSession ? 'user' : 'device',
      isSession: page.isSession,
      token: `lpv_${admissions}`,
      expiresAt: until,
      ticket: `lpt_${admissions}`,
      ticketExpiresAt: until,
    }
  })
  const voter = createVoter({ admitVoter, given, isInvited, storage, storageKey: 'key', markerKey: 'marker' })
  return { voter, admitVoter, page }
}

describe('createVoter', () => {
  it('stores nothing before it is admitted, and the token by the time it is', async () => {
    const storage = memoryStorage()
    const { voter } = create({ storage })
    expect(voter.token()).toBeUndefined()
    expect(storage.items.size).toBe(0)
    expect((await voter.admit()).ticket).toBe('lpt_1')
    expect([...storage.items]).toEqual([['key', 'lpv_1']])
    expect(voter.token()).toBe('lpv_1')
  })

  it('is the voter of an earlier visit, or of another tab', () => {
    const storage = memoryStorage()
    const { voter } = create({ storage })
    storage.setItem('key', 'lpv_other_tab')
    expect(voter.token()).toBe('lpv_other_tab')
    expect(voter).toMatchObject({ admitted: false, unsure: false })
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

  it('goes on from memory when storage fails', async () => {
    const { voter } = create({ storage: brokenStorage })
    expect(voter.token()).toBeUndefined()
    await voter.admit()
    expect(voter.token()).toBe('lpv_1')
  })

  it('keeps who is signed in out of storage, and a marker in it that says nothing of them', async () => {
    const storage = memoryStorage()
    storage.setItem('key', 'lpv_device')
    const { voter, admitVoter, page } = create({ storage })
    page.isSession = true
    await voter.admit()
    expect(admitVoter.mock.calls[0]?.[0]).toBe('lpv_device')
    expect(voter.token()).toBe('lpv_1')
    expect(storage.items.get('key')).toBe('lpv_device')
    expect(storage.items.get('marker')).toMatch(/^[\d.e-]+$/)
    expect(create({ storage }).voter).toMatchObject({ unsure: true })
    voter.renew()
    expect(voter.token()).toBe('lpv_device')
    expect(voter).toMatchObject({ admitted: false, unsure: true })
  })

  it('stores nothing when it only asks who is known', async () => {
    const storage = memoryStorage()
    const { voter, page } = create({ storage })
    await voter.admit({ isKnown: true })
    page.isSession = true
    await voter.admit({ isKnown: true })
    expect(storage.items.size).toBe(0)
    expect(voter).toMatchObject({ admitted: false, session: 'lpv_2', own: 'lpv_1' })
  })

  it('asks again when another may have signed in while it asked', async () => {
    const { voter, admitVoter } = create()
    const admission = voter.admit()
    voter.renew()
    expect((await admission).voterId).toBe('v2')
    expect(admitVoter).toHaveBeenCalledTimes(2)
  })

  it('is whom the app gave', async () => {
    const { voter, admitVoter } = create({ given: 'lpv_given' })
    expect(voter.token()).toBe('lpv_given')
    expect(voter).toMatchObject({ admitted: true, unsure: false })
    await voter.admit()
    expect(admitVoter.mock.calls[0]?.[0]).toBe('lpv_given')
  })

  it('is to be asked for where a credential of the host, or an invitation, names someone', () => {
    expect(create({ given: 'eyJhbGciOi' }).voter).toMatchObject({ unsure: true, admitted: false })
    expect(create({ isInvited: true }).voter).toMatchObject({ unsure: true, admitted: false })
  })
})

describe('pageStorage', () => {
  it('is the storage of that word', () => {
    const session = memoryStorage()
    vi.stubGlobal('sessionStorage', session)
    expect(pageStorage('session')).toBe(session)
    expect(pageStorage('none')).toBeNull()
  })

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
