import { isVoterName, limits, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { Voter } from '../domain/voter.ts'
import { invitationIdOf } from '../identity/invitation-code.ts'
import type { Keys } from '../identity/keys.ts'
import type { Tokens } from '../identity/tokens.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { Erasures } from '../ports/erasures.ts'
import type { ImageRecords } from '../ports/image-records.ts'
import type { Board } from '../results/board.ts'

/** Whom to forget: a user by the host's id; whoever holds an invitation's code; whoever holds an `lpv_` token. */
export type VoterToErase = { readonly user: string } | { readonly invitation: string } | { readonly token: string }

/** Where there was something of the person. */
export interface ErasureOutcome {
  /** Polls in which something of theirs was. */
  readonly polls: number
}

export type EraseVoter = (voter: VoterToErase) => Promise<ErasureOutcome>

export interface EraseVoterParts {
  readonly erasures: Erasures
  readonly images: Pick<ImageRecords, 'unusedOf' | 'forgetOwner'>
  /** Removes those of these pictures that nothing uses. Never throws. */
  readonly removeImages: (ids: readonly string[]) => Promise<void>
  readonly keys: Pick<Keys, 'voterKeys'>
  readonly tokens: Pick<Tokens, 'readVoterToken'>
  readonly facts: Pick<PollFactsCache, 'drop'>
  readonly board: Pick<Board, 'markDirty'>
}

/**
 * Forgets a voter in all polls, page by page: a million polls are never in memory at once. What was done when it fails
 * stays done; repeated, it goes on from there, and in the end finds nothing. A vote that is cast afterwards is a new one.
 * A user's pictures are removed where no poll shows them, and are nobody's where one does.
 *
 * @throws PollError `INVALID` with issues, `INVITATION_INVALID`, `UNAVAILABLE`
 */
export function createEraseVoter(parts: EraseVoterParts): EraseVoter {
  const { erasures, images, removeImages, keys, tokens, facts, board } = parts
  function identitiesOf(asked: VoterToErase): readonly Voter[] {
    if ('user' in asked) {
      if (isVoterName(asked.user)) return [{ kind: 'user', id: asked.user }]
      throw invalid('user', `Send the voter's id, 1 to ${limits.voterLength} characters.`)
    }
    if ('invitation' in asked) return [holderOf(invitationIdOf(String(asked.invitation)))]
    if (!('token' in asked)) throw invalid('', 'Send { user }, { invitation } or { token }.') // from code without types
    const pass = tokens.readVoterToken(String(asked.token))
    if (!pass) throw invalid('token', 'The voter token is not valid, or has expired.')
    return pass.invitation === undefined ? [pass.voter] : [pass.voter, holderOf(pass.invitation)]
  }

  return async (asked) => {
    const identities = identitiesOf(asked)
    let polls = 0
    for (let page = await erasures.pollsAfter(''); page.length > 0; ) {
      const touched = new Set<string>()
      for (const voter of identities) {
        const voters = page.map(({ id, salt }) => ({ pollId: id, voterKey: voterKey(keys.voterKeys(salt), voter) }))
        const found = await erasures.find(voters)
        for (const { pollId, voterKey: key } of voters) {
          if (found.has(pollId) && (await erasures.eraseVoter(pollId, key))) touched.add(pollId)
        }
        if (voter.kind !== 'user') continue
        const pollIds = page.map(({ id }) => id)
        for (const pollId of await erasures.forgetOrganizer(voter.id, pollIds)) touched.add(pollId)
      }
      for (const pollId of touched) {
        facts.drop(pollId)
        board.markDirty(pollId)
      }
      polls += touched.size
      page = await erasures.pollsAfter(page.at(-1)?.id ?? '')
    }
    for (const { kind, id } of identities) {
      if (kind !== 'user') continue
      await removeImages(await images.unusedOf(id))
      await images.forgetOwner(id)
    }
    return { polls }
  }
}

function holderOf(invitation: string | undefined): Voter {
  if (invitation === undefined) throw pollError('INVITATION_INVALID')
  return { kind: 'invitation', id: invitation }
}

function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}
