import { expect, it } from 'vitest'
import type { Erasures } from '../ports/erasures.ts'
import type { HookName } from '../ports/hooks.ts'
import type { PollStore, TransitionOutcome } from '../ports/poll-store.ts'
import type { HookCalls } from './hook-calls.ts'
import type { PollReading } from './read-poll.ts'
import { tellPollTurns } from './tell-poll-turns.ts'

/** Stores whose every transaction ends as the test says. @param has the hooks that there are */
function createSetup(outcome: TransitionOutcome, has: readonly HookName[] = ['afterClose'], state = 'closed') {
  const done: string[] = []
  const tellings: Promise<void>[] = []
  const kind = outcome === 'changed' ? 'inserted' : 'repeated'
  const polls = {
    insert: async () => ({ kind, pollId: 'other' }),
    edit: async () => ({ kind: outcome }),
    close: async (_: string, when: string) => {
      done.push(`close ${when}`)
      return outcome
    },
    reset: async () => outcome,
    delete: async () => outcome === 'changed',
  } as unknown as PollStore
  const erasures = { eraseVoter: async () => done.push('erase') > 0 } as unknown as Erasures
  const hooks = {
    has: (name: HookName) => has.includes(name),
    tell: (name: HookName, tell: () => unknown) => {
      const telling = async () => done.push(`${name} ${JSON.stringify(await tell())}`)
      tellings.push(telling().then(() => {}))
    },
  } as Pick<HookCalls, 'has' | 'tell'>
  const readPoll = async (id: string) =>
    ({ poll: { id, state }, about: { id, owner: 'ed', isPrivate: false } }) as PollReading
  const stores = tellPollTurns({ polls, erasures }, hooks, readPoll)
  return {
    stores,
    async told() {
      await Promise.all(tellings)
      return done
    },
  }
}

const told = (name: HookName, state = 'closed') => `${name} {"poll":{"id":"p","state":"${state}"},"owner":"ed"}`

it('tells of what a transaction has done, with the poll after it', async () => {
  const { stores, told: tell } = createSetup('changed')
  await stores.polls.insert({ id: 'p' } as never)
  await stores.polls.close('p', 'now')
  await stores.polls.reset('p', 1)
  await stores.polls.delete('p')
  expect(await tell()).toEqual(
    expect.arrayContaining([
      ...[told('afterCreate'), 'close now', told('afterClose'), told('afterReset')],
      'afterDelete {"pollId":"p"}',
    ]),
  )
  expect(await tell()).toHaveLength(5)
})

it('tells of nothing where nothing was done: whoever did it has told', async () => {
  const { stores, told: tell } = createSetup('unchanged', [])
  await stores.polls.insert({ id: 'p' } as never)
  await stores.polls.edit('p', {})
  await stores.polls.close('p', 'due')
  await stores.polls.reset('p', 1)
  await stores.polls.delete('p')
  expect(await tell()).toEqual(['close due'])
})

it('closes a poll that is due before an edit and an erasure do so on their way', async () => {
  const { stores, told: tell } = createSetup('changed')
  await stores.erasures.eraseVoter('p', 'key')
  expect((await tell()).slice().sort()).toEqual([told('afterClose'), 'close due', 'erase'])
  const edited = createSetup('changed')
  await edited.stores.polls.edit('p', {})
  expect((await edited.told()).slice().sort()).toEqual([told('afterClose'), told('afterEdit'), 'close due'])
  const without = createSetup('changed', [])
  await without.stores.erasures.eraseVoter('p', 'key')
  expect(await without.told(), 'where nobody is told').toEqual(['erase'])
})

it('tells of no close of a poll that is open again', async () => {
  const { stores, told: tell } = createSetup('changed', ['afterClose'], 'open')
  await stores.polls.close('p', 'now')
  expect(await tell()).toEqual(['close now', 'afterClose undefined'])
})
