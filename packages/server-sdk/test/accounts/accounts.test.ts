import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AccountsOptions } from '../../src/adapters/accounts/accounts.ts'
import { shareEmbedded } from '../servers/share-embedded.ts'
import { type AccountDatabase, accountDatabasesByTurns } from './account-databases.ts'
import { createVisitor, openTestAccounts, password, type TestAccounts } from './open-test-accounts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // passwords are hashed for real, and slowly

const ann = { email: 'ann@example.org', password, name: 'Ann' }
const bob = { email: 'bob@example.org', password, name: 'Bob' }

for (const [name, run, make] of accountDatabasesByTurns('accounts')) {
  run(`accounts on ${name}`, () => {
    let shared: AccountDatabase
    const opened: TestAccounts[] = []
    beforeEach(async () => {
      shared = await make()
    })
    afterEach(async () => {
      for (const { close } of opened.splice(0)) await close()
      await shared.drop()
    })
    async function start(options?: AccountsOptions) {
      const accounts = await openTestAccounts(shared, options)
      opened.push(accounts)
      return { ...accounts, ...accounts.open }
    }

    test('sign up, are recognised, sign out and in again', async () => {
      const { signUp, signIn, signOut, identify } = await start()
      const page = createVisitor()
      const { account } = page.keep(await signUp(ann, page.request))
      expect(account).toEqual({ id: expect.stringMatching(/^\w{20,}$/), email: ann.email, name: 'Ann', role: 'voter' })
      const first = await identify(page.request)
      expect(first).toEqual({ account, session: expect.any(String) })

      const copy = page.request
      expect(await signOut(page.request)).toMatch(/^live-poll\.session_token=;.*Max-Age=0/)
      expect(await identify(copy)).toBeUndefined()
      await signOut(copy)

      page.keep(await signIn(ann, page.request))
      const second = await identify(page.request)
      expect(second?.account).toEqual(account)
      expect(second?.session).not.toBe(first?.session)
    })

    test('are made once for an address, however often it is sent at once', async () => {
      const { signUp, logger } = await start()
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => signUp(ann, createVisitor().request)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          expect(outcome.reason).toMatchObject({ code: 'INVALID', details: { issues: [{ path: 'email' }] } })
        }
      }
      expect(inspect(logger, { depth: 10 })).not.toContain(ann.email)
      const count = await shared.db
        .selectFrom('live_poll_accounts' as never)
        .selectAll()
        .execute()
      expect(count).toHaveLength(1)
    })

    test('are made whole, or not at all', async () => {
      const { signUp } = await start()
      await shared.db.schema.dropTable('live_poll_account_credentials').execute()
      await expect(signUp(ann, createVisitor().request)).rejects.toThrow()
      const rows = await shared.db
        .selectFrom('live_poll_accounts' as never)
        .selectAll()
        .execute()
      expect(rows).toEqual([])
    })

    test('whose password is wrong are not told from those that are not there', async () => {
      const { signUp, signIn } = await start()
      await signUp(ann, createVisitor().request)
      for (const input of [{ ...ann, password: 'another password' }, bob]) {
        await expect(signIn(input, createVisitor().request)).rejects.toMatchObject({
          code: 'UNAUTHENTICATED',
          message: 'The e-mail address or the password is wrong.',
        })
      }
    })

    test('end the session of whoever was signed in before in this browser', async () => {
      const { signUp, identify, endedSessions, onSessionEnd } = await start()
      const ended: string[] = []
      const stop = onSessionEnd((session) => ended.push(session))
      const page = createVisitor()
      page.keep(await signUp(ann, page.request))
      const copy = page.request
      const first = await identify(copy)
      page.keep(await signUp(bob, page.request))
      const second = await identify(page.request)
      expect(second?.account.email).toBe(bob.email)
      expect(await identify(copy)).toBeUndefined()
      expect(ended).toEqual([first?.session])
      expect(await endedSessions([first?.session ?? '', second?.session ?? '', 'none'])).toEqual([
        first?.session,
        'none',
      ])
      expect(await endedSessions([])).toEqual([])
      stop()
    })

    test('end every other session when the password changes', async () => {
      const { signUp, signIn, changePassword, identify, onSessionEnd } = await start()
      const [phone, laptop] = [createVisitor(), createVisitor()]
      phone.keep(await signUp(ann, phone.request))
      laptop.keep(await signIn(ann, laptop.request))
      const sessions = [await identify(phone.request), await identify(laptop.request)].map((found) => found?.session)
      const ended: string[] = []
      onSessionEnd((session) => ended.push(session))

      const wrong = { current: 'not the password', next: 'a new password' }
      await expect(changePassword(wrong, phone.request)).rejects.toMatchObject({
        code: 'INVALID',
        details: { issues: [{ path: 'current' }] },
      })
      expect(ended).toEqual([])

      const copy = phone.request
      phone.keep(await changePassword({ current: password, next: 'a new password' }, phone.request))
      expect((await identify(phone.request))?.account.email).toBe(ann.email)
      expect(await identify(laptop.request)).toBeUndefined()
      expect(await identify(copy)).toBeUndefined()
      expect([...ended].sort()).toEqual(sessions.sort())

      await expect(signIn(ann, laptop.request)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      laptop.keep(await signIn({ ...ann, password: 'a new password' }, laptop.request))
      await expect(changePassword({ current: password, next: password }, copy)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      })
    })

    test('are organizers by role, from the next request on', async () => {
      const { signUp, identify, setRole } = await start()
      const page = createVisitor()
      page.keep(await signUp(ann, page.request))
      expect(await setRole('nobody@example.org', 'organizer')).toBe(false)
      expect(await setRole(' Ann@Example.org', 'organizer')).toBe(true)
      expect((await identify(page.request))?.account.role).toBe('organizer')
      await setRole(ann.email, 'voter')
      expect((await identify(page.request))?.account.role).toBe('voter')
    })

    test('are gone with their password and sessions when they are deleted', async () => {
      const { signUp, signIn, identify, deleteAccount } = await start()
      const page = createVisitor()
      const { account } = page.keep(await signUp(ann, page.request))
      await deleteAccount(account.id)
      await deleteAccount(account.id)
      expect(await identify(page.request)).toBeUndefined()
      await expect(signIn(ann, page.request)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      for (const table of ['accounts', 'account_sessions', 'account_credentials', 'account_verifications']) {
        expect(
          await shared.db
            .selectFrom(`live_poll_${table}` as never)
            .selectAll()
            .execute(),
        ).toEqual([])
      }
    })

    test('write down no address, and moments as they are read again', async () => {
      const { signUp } = await start()
      const page = createVisitor()
      await signUp(ann, page.request)
      const [row] = (await shared.db
        .selectFrom('live_poll_account_sessions' as never)
        .selectAll()
        .execute()) as Record<string, unknown>[]
      expect(row).toMatchObject({ ip_address: null, user_agent: null })
      expect(row?.expires_at).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
    })

    test('have sessions that end by themselves, and live on while they are used', async () => {
      const { signUp, identify, renew, endedSessions } = await start()
      const page = createVisitor()
      page.keep(await signUp(ann, page.request))
      const found = await identify(page.request)
      const expire = (millis: number) =>
        shared.db
          .updateTable('live_poll_account_sessions' as never)
          .set({ expires_at: new Date(Date.now() + millis).toISOString() } as never)
          .execute()

      expect(await renew(page.request)).toMatchObject({ setCookie: undefined })
      await expire(60_000)
      await identify(page.request)
      expect((await renew(page.request))?.setCookie).toMatch(
        /Max-Age=604800; Path=\/live-poll; HttpOnly; SameSite=Lax$/,
      )
      await expire(-1)
      expect(await endedSessions([found?.session ?? ''])).toEqual([found?.session])
      expect(await identify(page.request)).toBeUndefined()
    })
  })
}

describe('accounts', () => {
  let shared: AccountDatabase
  const opened: TestAccounts[] = []
  beforeEach(async () => {
    shared = await shareEmbedded()
  })
  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close()
    await shared.drop()
  })
  async function start(options?: AccountsOptions) {
    const accounts = await openTestAccounts(shared, options)
    opened.push(accounts)
    return accounts.open
  }

  test('give a page on https a cookie for https alone, and know it from there only', async () => {
    const { signUp, identify } = await start()
    const page = createVisitor('https://poll.example')
    const { setCookie } = page.keep(await signUp(ann, page.request))
    expect(setCookie).toMatch(/^__Secure-live-poll\.session_token=.*Path=\/live-poll; HttpOnly; Secure; SameSite=Lax$/)
    const { cookie } = page.request
    expect(await identify({ cookie, origin: 'https://poll.example' })).toBeDefined()
    expect(await identify({ cookie, origin: null })).toBeDefined()
    expect(await identify({ cookie, origin: 'http://poll.example' })).toBeUndefined()
    const plain = cookie?.replace('__Secure-', '') ?? ''
    expect(await identify({ cookie: plain, origin: 'https://poll.example' })).toBeUndefined()
    expect(await identify({ cookie: `${plain}x`, origin: null })).toBeUndefined()
  })

  test('may be closed to newcomers', async () => {
    const { signUp } = await start({ allowsSignUp: false })
    await expect(signUp(ann, createVisitor().request)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('take no more than so many attempts from one address, and ten at one e-mail', async () => {
    const { signIn } = await start({ attemptsPerMinute: 12 })
    const [page, other] = [createVisitor(), createVisitor()]
    const codes = async (visitor: typeof page, email: string, times: number) => {
      const seen: string[] = []
      for (let i = 0; i < times; i++) {
        await signIn({ email, password }, visitor.request).catch((error) => seen.push(error.code))
      }
      return seen
    }
    const wrong = Array.from({ length: 10 }, () => 'UNAUTHENTICATED')
    expect(await codes(page, ann.email, 12)).toEqual([...wrong, 'RATE_LIMITED', 'RATE_LIMITED'])
    expect(await codes(page, bob.email, 3)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'RATE_LIMITED'])
    expect(await codes(other, ann.email, 1)).toEqual(['UNAUTHENTICATED'])
    await expect(signIn(ann, page.request)).rejects.toMatchObject({ details: { retryAfter: expect.any(Number) } })
  })
})
