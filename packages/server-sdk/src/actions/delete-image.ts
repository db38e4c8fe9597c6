import { pollError } from '@live-poll/client-sdk/protocol'
import { isImageId } from '../domain/poll-images.ts'
import type { ImageRecords } from '../ports/image-records.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Logger } from '../ports/logger.ts'
import { removeClaimed } from './remove-images.ts'

/** @param owner whose picture it must be; null: whoever's, for the host's own code and the admin key */
export type DeleteImage = (id: string, owner: string | null) => Promise<void>

/**
 * Removes a picture that no poll uses. Once it resolves nobody finds it, even where its bytes are still to be removed.
 * @throws PollError `NOT_FOUND` for one that is not there or somebody else's; `INVALID` for one that a poll uses
 */
export function createDeleteImage(
  records: Pick<ImageRecords, 'read' | 'claim' | 'forget'>,
  store: Pick<ImageStore, 'delete'>,
  logger: Logger,
  onGone: (id: string) => void,
): DeleteImage {
  return async (id, owner) => {
    const image = isImageId(id) ? await records.read(id) : undefined
    if (!image || (owner !== null && image.owner !== owner)) throw pollError('NOT_FOUND')
    const claimed = await records.claim(id)
    if (!claimed) {
      if (!(await records.read(id))) throw pollError('NOT_FOUND') // another was quicker
      const message = 'A poll shows this picture: take it away there first.'
      throw pollError('INVALID', { issues: [{ path: 'image', message }] }, message)
    }
    onGone(id)
    await removeClaimed(records, store, [claimed]).catch((error: unknown) => {
      logger.warn('The bytes of a picture could not be removed; a sweep will.', error)
    })
  }
}
