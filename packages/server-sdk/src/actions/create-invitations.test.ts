import { limits } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { invitationIdOf } from '../identity/invitation-code.ts'
import { createCreateInvitations } from './create-invitations.ts'

function createSetup(secret = 7) {
  const added: { pollId: string; ids: readonly string[] }[] = []
  const store = {
    add: async (pollId: string, ids: readonly string[]) => {
      if (pollId === 'missing') return false
      added.push({ pollId, ids })
      return true
    },
  }
  return { create: createCreateInvitations(store, new Uint8Array(32).fill(secret)), added }
}

const codesOf = (made: readonly { code: string }[]) => made.map(({ code }) => code)

describe('a batch', () => {
  it('answers codes, and keeps only their ids', async () => {
    const { create, added } = createSetup()
    const made = await create('p', { count: 3 })
    expect(made).toHaveLength(3)
    for (const { id, code } of made) expect(invitationIdOf(code)).toBe(id)
    expect(added).toEqual([{ pollId: 'p', ids: made.map(({ id }) => id) }])
    expect(JSON.stringify(added)).not.toContain(made[0]?.code)
  })

  it('is another one each time, but with the same key for the same poll', async () => {
    const { create } = createSetup()
    const context = { idempotencyKey: 'k1' }
    const first = await create('p', { count: 3 }, context)
    expect(await create('p', { count: 3 }, context)).toEqual(first)
    expect(await createSetup().create('p', { count: 3 }, context), 'from another node').toEqual(first)
    const others = [
      ...(await create('p', { count: 3 })),
      ...(await create('p', { count: 3 })),
      ...(await create('q', { count: 3 }, context)),
      ...(await create('p', { count: 3 }, { idempotencyKey: 'k2' })),
      ...(await createSetup(8).create('p', { count: 3 }, context)),
    ]
    expect(new Set(codesOf([...first, ...others])).size).toBe(18)
  })

  it('may be as large as a batch may be', async () => {
    expect(await createSetup().create('p', { count: limits.invitations })).toHaveLength(limits.invitations)
  })

  it('is none of a poll that is not there', async () => {
    await expect(createSetup().create('missing', { count: 1 })).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  })

  it.each<[unknown, readonly string[]]>([
    [undefined, ['count']],
    [null, ['count']],
    [[], ['count']],
    [7, ['count']],
    [{}, ['count']],
    [{ count: 0 }, ['count']],
    [{ count: 1.5 }, ['count']],
    [{ count: '3' }, ['count']],
    [{ count: limits.invitations + 1 }, ['count']],
    [{ count: 3, coutn: 4 }, ['coutn']],
    [{ coutn: 4 }, ['coutn', 'count']],
  ])('is refused for %j, and says where', async (input, paths) => {
    const { create, added } = createSetup()
    const refusal = await create('p', input).catch((error) => error)
    expect(refusal).toMatchObject({ code: 'INVALID' })
    expect(refusal.details.issues.map((issue: { path: string }) => issue.path)).toEqual(paths)
    expect(added).toEqual([])
  })
})
