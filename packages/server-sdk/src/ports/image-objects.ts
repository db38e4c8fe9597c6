import { imageWidths } from '@live-poll/client-sdk/protocol'
import { type PictureFormat, pictureFormats } from './picture-codec.ts'

/** What its objects are called by. */
interface StoredPicture {
  readonly id: string
  readonly attempt: string
  /** Of what was uploaded. */
  readonly width: number
}

/** Where the bytes of a picture are, in one width and format. */
export function objectKey(
  { id, attempt }: Pick<StoredPicture, 'id' | 'attempt'>,
  width: number,
  format: PictureFormat,
) {
  return `${id}/${attempt}/${width}.${format}`
}

/** All that may be there of a picture. */
export function objectKeysOf(picture: StoredPicture): readonly string[] {
  return imageWidths(picture.width).flatMap((width) =>
    pictureFormats.map((format) => objectKey(picture, width, format)),
  )
}

export const contentTypes: Readonly<Record<PictureFormat, string>> = { webp: 'image/webp', avif: 'image/avif' }
