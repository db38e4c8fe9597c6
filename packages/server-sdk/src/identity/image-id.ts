import { createHash, createHmac } from 'node:crypto'

/** The id of a picture: the same for the same bytes of the same owner, and nobody else can tell it from either. */
export type ImageId = (owner: string | null, bytes: Uint8Array) => string

export function createImageId(key: Uint8Array): ImageId {
  return (owner, bytes) => {
    const content = createHash('sha256').update(bytes).digest('base64url')
    const name = createHmac('sha256', key)
      .update(JSON.stringify([owner, content]))
      .digest('base64url')
    return `i_${name.slice(0, 22)}`
  }
}
