import type { Erasures } from '../ports/erasures.ts'
import type { PollTurnHook } from '../ports/hooks.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { HookCalls } from './hook-calls.ts'
import type { ReadPoll } from './read-poll.ts'

export interface TellingStores {
  readonly polls: PollStore
  readonly erasures: Erasures
}

/**
 * The stores, telling the host's after-hooks of what they have committed. A poll is created, edited, closed, reset and
 * deleted by one transaction, whichever action or reading had it done: whoever has it is here.
 *
 * @param readPoll reads what a hook is told, after the commit
 */
export function tellPollTurns(
  stores: TellingStores,
  hooks: Pick<HookCalls, 'has' | 'tell'>,
  readPoll: ReadPoll,
): TellingStores {
  const { polls, erasures } = stores

  function tell(name: PollTurnHook, pollId: string) {
    hooks.tell(name, async () => {
      const { poll, about } = await readPoll(pollId)
      if (name === 'afterClose' && poll.state !== 'closed') return undefined // it was reset in this moment
      return { poll, owner: about.owner }
    })
  }

  async function close(pollId: string, when: 'now' | 'due') {
    const outcome = await polls.close(pollId, when)
    if (outcome === 'changed') tell('afterClose', pollId)
    return outcome
  }

  /** An edit and an erasure close a poll on their way that is due, and do not say so: it is closed before. */
  async function closeDue(pollId: string) {
    if (hooks.has('afterClose')) await close(pollId, 'due')
  }

  return {
    polls: {
      ...polls,
      close,
      async insert(poll, idempotency) {
        const outcome = await polls.insert(poll, idempotency)
        if (outcome.kind === 'inserted') tell('afterCreate', poll.id)
        return outcome
      },
      async edit(pollId, edit) {
        await closeDue(pollId)
        const outcome = await polls.edit(pollId, edit)
        if (outcome.kind === 'changed') tell('afterEdit', pollId)
        return outcome
      },
      async reset(pollId, epoch) {
        const outcome = await polls.reset(pollId, epoch)
        if (outcome === 'changed') tell('afterReset', pollId)
        return outcome
      },
      async delete(pollId) {
        const wasThere = await polls.delete(pollId)
        if (wasThere) hooks.tell('afterDelete', () => ({ pollId }))
        return wasThere
      },
    },
    erasures: {
      ...erasures,
      async eraseVoter(pollId, voterKey) {
        await closeDue(pollId)
        return erasures.eraseVoter(pollId, voterKey)
      },
    },
  }
}
