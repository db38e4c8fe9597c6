/** Makes pictures out of what was uploaded. */
export interface PictureCodec {
  /**
   * Decodes a picture and encodes it anew, in each width and format it is shown in: nothing of the upload is handed out.
   * Each takes a core, and memory for all of its pixels: not many at once.
   * @param bytes at most what one upload may have
   * @throws PollError `UNSUPPORTED_TYPE` for what is no picture of a known kind, or broken; `INVALID` for one with too many
   * pixels, or frames; `BUSY` where it takes too long
   */
  encode(bytes: Uint8Array): Promise<EncodedPicture>
}

export interface EncodedPicture {
  /** As it is shown, in pixels of the upload. */
  readonly width: number
  readonly height: number
  /** A few hundred bytes to show until it is there: a `data:` URL. */
  readonly placeholder: string
  /** In rising widths, each in every format. */
  readonly variants: readonly PictureVariant[]
}

export interface PictureVariant {
  readonly width: number
  readonly format: PictureFormat
  readonly bytes: Uint8Array
}

export const pictureFormats = ['webp', 'avif'] as const
export type PictureFormat = (typeof pictureFormats)[number]
