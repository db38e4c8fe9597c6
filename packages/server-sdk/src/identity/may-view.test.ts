import { describe, expect, it } from 'vitest'
import type { Admitted } from '../domain/voter.ts'
import type { Authorize } from './host-user.ts'
import { type Asker, createMayView } from './may-view.ts'

const open = { id: 'p', owner: null, isPrivate: false }
const secret = { id: 's', owner: 'ed', isPrivate: true }

const device: Admitted = { voter: { kind: 'device', id: 'phone' } }
const ada: Admitted = { voter: { kind: 'user', id: 'ada' } }
const guest: Admitted = { voter: { kind: 'invitation', id: 'inv' } }

/** `inv` is an invitation of the private poll. */
function createSetup(authorize?: Authorize) {
  const looked: string[] = []
  const mayView = createMayView(authorize, {
    async isValid(pollId, id) {
      looked.push(`${pollId}/${id}`)
      return pollId === 's' && id === 'inv'
    },
  })
  return { mayView, looked }
}

const everybody: Authorize = () => true

it('a poll that is not private is there for all, and nothing is looked up', async () => {
  const { mayView, looked } = createSetup(() => expect.unreachable())
  for (const asker of [{}, { pass: device }, { pass: guest }, { user: { id: 'ada' } }]) {
    expect(await mayView(open, asker)).toBe(true)
  }
  expect(looked).toEqual([])
})

describe('a private poll', () => {
  it.each<[string, Asker, Authorize | undefined, boolean]>([
    ['nobody', {}, everybody, false],
    ['a device, where everybody may', { pass: device }, everybody, false],
    ['a voter, where nobody may', { pass: ada }, undefined, false],
    ['a user, where nobody may', { user: { id: 'ada' } }, undefined, false],
    ['a voter, where everybody may', { pass: ada }, everybody, true],
    ['a user, where everybody may', { user: { id: 'ada' } }, everybody, true],
    ['the holder of its invitation', { pass: guest }, undefined, true],
    ['a voter who has shown its invitation', { pass: { ...ada, invitation: 'inv' } }, undefined, true],
    ['a device that has shown its invitation', { pass: { ...device, invitation: 'inv' } }, undefined, true],
    ['the holder of another', { pass: { voter: { kind: 'invitation', id: 'other' } } }, everybody, false],
    ['a voter who has shown another', { pass: { ...ada, invitation: 'other' } }, undefined, false],
    ['a voter who has shown another, and may', { pass: { ...ada, invitation: 'other' } }, everybody, true],
    ['a voter whose id is that of the invitation', { pass: { voter: { kind: 'user', id: 'inv' } } }, undefined, false],
    ['a device whose id is that of it', { pass: { voter: { kind: 'device', id: 'inv' } } }, undefined, false],
  ])('is there for %s: %s', async (_, asker, authorize, isThere) => {
    expect(await createSetup(authorize).mayView(secret, asker)).toBe(isThere)
  })

  it('is not there by an invitation of another poll', async () => {
    expect(await createSetup().mayView({ ...secret, id: 'another' }, { pass: guest })).toBe(false)
  })

  it('is asked about with what is known of who asks: a session before a token', async () => {
    const asked: unknown[] = []
    const { mayView } = createSetup((about) => asked.push(about) < 0)
    const headers = new Headers({ cookie: 'session=1' })
    await mayView(secret, { pass: ada, user: { id: 'ed', role: 'editor' }, headers })
    await mayView(secret, { pass: ada })
    expect(asked).toEqual([
      { action: 'viewPoll', user: { id: 'ed', role: 'editor' }, poll: secret, headers },
      { action: 'viewPoll', user: { id: 'ada' }, poll: secret, headers: expect.any(Headers) },
    ])
  })

  it.each([1, 'yes', {}, undefined])('is not there where the host says %j, which is not true', async (said) => {
    const authorize = (() => said) as unknown as Authorize
    expect(await createSetup(authorize).mayView(secret, { pass: ada })).toBe(false)
  })

  it('waits for the host, and fails with it', async () => {
    expect(await createSetup(async () => true).mayView(secret, { pass: ada })).toBe(true)
    const failing = createSetup(() => Promise.reject(new Error('down')))
    await expect(failing.mayView(secret, { pass: ada })).rejects.toThrow('down')
  })
})
