import { describe, expect, it } from 'vitest'
import { invitationIdOf } from '../identity/invitation-code.ts'
import { deriveKeys } from '../identity/keys.ts'
import { createTokens, type VoterPass } from '../identity/tokens.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { Erasures, PollToSearch } from '../ports/erasures.ts'
import { createEraseVoter } from './erase-voter.ts'

const code = '7K3M-09QX-W2RT-B6VA-H4CE'
const invitation = invitationIdOf(code) as string
const keys = deriveKeys('a secret of at least 32 bytes, for tests')
const tokens = createTokens(keys.tokens, { voterToken: 60_000, session: 60_000, ticket: 60_000 })

/** Five polls in pages of two, each holding the keys it is given. */
function start(held: Readonly<Record<string, readonly string[]>> = {}, owned: readonly string[] = []) {
  const polls: readonly PollToSearch[] = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => ({ id, salt: `salt of ${id}` }))
  const [erased, dropped, dirty]: [string[], string[], string[]] = [[], [], []]
  const aboutImages: string[] = []
  const erasures: Erasures = {
    pollsAfter: async (pollId) => polls.filter(({ id }) => id > pollId).slice(0, 2),
    find: async (voters) =>
      new Set(voters.filter(({ pollId, voterKey: key }) => held[pollId]?.includes(key)).map(({ pollId }) => pollId)),
    async eraseVoter(pollId, key) {
      erased.push(`${pollId} ${key}`)
      return held[pollId]?.includes(key) ?? false
    },
    forgetOrganizer: async (_, pollIds) => pollIds.filter((id) => owned.includes(id)),
  }
  const images = {
    unusedOf: async (owner: string) => [`one of ${owner}`, `other of ${owner}`],
    forgetOwner: async (owner: string) => void aboutImages.push(`forgotten: ${owner}`),
  }
  const removeImages = async (ids: readonly string[]) => void aboutImages.push(`removed: ${ids}`)
  const facts = { drop: (pollId: string) => void dropped.push(pollId) }
  const board = { markDirty: (pollId: string) => void dirty.push(pollId) }
  const eraseVoter = createEraseVoter({ erasures, images, removeImages, keys, tokens, facts, board })
  return { eraseVoter, erased, dropped, dirty, aboutImages }
}

const keyIn = (pollId: string, kind: 'user' | 'device' | 'invitation', id: string) =>
  voterKey(keys.voterKeys(`salt of ${pollId}`), { kind, id })
const tokenOf = (pass: VoterPass) => tokens.voterToken(pass).text

describe('eraseVoter', () => {
  it('looks through all polls, under the key that the voter has in each', async () => {
    const held = {
      p1: [keyIn('p1', 'user', 'ada')],
      p4: [keyIn('p5', 'user', 'ada')],
      p5: [keyIn('p5', 'user', 'ada')],
    }
    const { eraseVoter, erased, dropped, dirty } = start(held)
    expect(await eraseVoter({ user: 'ada' })).toEqual({ polls: 2 })
    expect(erased).toEqual([`p1 ${held.p1}`, `p5 ${held.p5}`])
    expect([dropped, dirty]).toEqual([
      ['p1', 'p5'],
      ['p1', 'p5'],
    ])
  })

  it('counts a poll once in which they voted and which was theirs', async () => {
    const { eraseVoter } = start({ p2: [keyIn('p2', 'user', 'ada')] }, ['p2', 'p3'])
    expect(await eraseVoter({ user: 'ada' })).toEqual({ polls: 2 })
  })

  it('removes the pictures of a user that no poll shows, and then forgets whose the others were', async () => {
    const asked = start()
    await asked.eraseVoter({ user: 'ada' })
    expect(asked.aboutImages).toEqual(['removed: one of ada,other of ada', 'forgotten: ada'])
    const signedIn = start()
    await signedIn.eraseVoter({ token: tokenOf({ voter: { kind: 'user', id: 'ada' }, session: 's', invitation }) })
    expect(signedIn.aboutImages).toEqual(asked.aboutImages)
    const device = start()
    await device.eraseVoter({ token: tokenOf({ voter: { kind: 'device', id: 'ada' } }) })
    await device.eraseVoter({ invitation: code })
    expect(device.aboutImages, 'nobody else has any').toEqual([])
  })

  it('knows the holder of a code, however it is written', async () => {
    const { eraseVoter } = start({ p3: [keyIn('p3', 'invitation', invitation)] }, ['p1'])
    expect(await eraseVoter({ invitation: code.toLowerCase().replaceAll('-', ' ') })).toEqual({ polls: 1 })
  })

  it('knows a device by its token, and what its holder was invited with', async () => {
    const held = { p1: [keyIn('p1', 'device', 'd')], p2: [keyIn('p2', 'invitation', invitation)] }
    const token = tokenOf({ voter: { kind: 'device', id: 'd' }, invitation })
    expect(await start(held).eraseVoter({ token })).toEqual({ polls: 2 })
    expect(await start(held).eraseVoter({ token: tokenOf({ voter: { kind: 'device', id: 'd' } }) })).toEqual({
      polls: 1,
    })
    expect(await start(held).eraseVoter({ user: 'd' }), 'a user is no device').toEqual({ polls: 0 })
  })

  it.each([
    [{ user: '' }, 'INVALID'],
    [{ user: undefined }, 'INVALID'],
    [{ invitation: '7K3M' }, 'INVITATION_INVALID'],
    [{ invitation: undefined }, 'INVITATION_INVALID'],
    [{ token: 'lpv_W10.AAAA' }, 'INVALID'],
    [{ token: undefined }, 'INVALID'],
    [{}, 'INVALID'],
  ])('refuses %o', async (voter, code) => {
    const { eraseVoter, erased } = start()
    await expect(eraseVoter(voter as never)).rejects.toMatchObject({ code })
    expect(erased).toEqual([])
  })
})
