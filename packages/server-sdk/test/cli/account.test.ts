import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedded } from '../../src/adapters/embedded/embedded.ts'
import { account } from '../../src/cli/account.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { createVisitor, openTestAccounts, password, type TestAccounts } from '../accounts/open-test-accounts.ts'
import { makeDataFolder } from '../data-folder.ts'

const email = 'ann@example.org'
let folder: string
let env: { readonly LIVE_POLL_DATA: string }

/** As a server does, for as long as it runs. */
async function withAccounts<T>(work: (open: TestAccounts['open']) => Promise<T>): Promise<T> {
  const { open, close } = await openTestAccounts({ forNode: () => embedded({ directory: folder }) })
  return work(open).finally(close)
}

beforeAll(async () => {
  folder = await makeDataFolder()
  env = { LIVE_POLL_DATA: folder }
  await withAccounts((open) => open.signUp({ email, password, name: 'Ann' }, createVisitor().request))
})
afterAll(() => rm(folder, { recursive: true }))

describe('live-poll account', () => {
  it('makes an organizer, and a voter again', { timeout: 60_000 }, async () => {
    const roleNow = () =>
      withAccounts(async (open) => (await open.signIn({ email, password }, createVisitor().request)).account.role)
    expect(await account([email, '--role', 'organizer'], env)).toEqual({ output: 'ann@example.org: organizer.' })
    expect(await roleNow()).toBe('organizer')
    await account(['--role', 'voter', email.toUpperCase()], env)
    expect(await roleNow()).toBe('voter')
  })

  it('makes nobody of who has not signed up', async () => {
    await expect(account(['bob@example.org', '--role', 'organizer'], env)).rejects.toThrow(
      'there is no account bob@example.org: sign up first.',
    )
  })

  it.each([
    [[], 'name one account, by its e-mail address.'],
    [['a@b.de', 'c@d.de', '--role', 'voter'], 'name one account, by its e-mail address.'],
    [[email], 'say --role organizer or --role voter.'],
    [[email, '--role', 'admin'], 'say --role organizer or --role voter.'],
    [[email, '--rle', 'voter'], "Unknown option '--rle'"],
  ])('does not take %j', async (args, message) => {
    const refusal = await account(args, env).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(String(refusal)).toContain(message)
  })
})
