import { imageWidths, PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { Sharp, SharpOptions } from 'sharp'
import { pictureFault, pictureLimits } from '../../domain/picture.ts'
import {
  type PictureCodec,
  type PictureFormat,
  type PictureVariant,
  pictureFormats,
} from '../../ports/picture-codec.ts'

/** What is decoded, as file-type names it. SVG is not among them: it is a program. */
const knownTypes: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif'])

/** Seconds for one of its steps. */
const patience = 20

/** Pixels across of what is shown until the picture is there. */
const placeholderWidth = 16

const encoders: Readonly<Record<PictureFormat, (picture: Sharp) => Sharp>> = {
  webp: (picture) => picture.webp({ quality: 80 }),
  avif: (picture) => picture.avif({ quality: 55, effort: 2 }),
}

/** By sharp, and file-type to tell what something is before anything decodes it. Both are packages of the host's. */
export async function createPictureCodec(): Promise<PictureCodec> {
  const { default: sharp } = await import('sharp').catch(missing('sharp'))
  const { fileTypeFromBuffer } = await import('file-type').catch(missing('file-type'))

  // Only the first frame, no more than so many pixels, and nothing that is broken.
  const options: SharpOptions = { pages: 1, limitInputPixels: pictureLimits.pixels, failOn: 'error' }

  async function encode(bytes: Uint8Array) {
    const { width, height } = await measure(bytes)
    // Decoded once, upright, with nothing of the upload but its pixels.
    const upright = await sharp(bytes, options)
      .autoOrient()
      .resize({ width: widest(width), withoutEnlargement: true })
      .toColorspace('srgb')
      .timeout({ seconds: patience })
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { width: rawWidth, height: rawHeight, channels } = upright.info
    const pixels = () => sharp(upright.data, { raw: { width: rawWidth, height: rawHeight, channels } })
    const variants: PictureVariant[] = []
    for (const variantWidth of imageWidths(width)) {
      for (const format of pictureFormats) {
        const picture = encoders[format](pixels().resize({ width: variantWidth }).timeout({ seconds: patience }))
        variants.push({ width: variantWidth, format, bytes: await picture.toBuffer() })
      }
    }
    const small = await pixels().resize({ width: placeholderWidth }).webp({ quality: 30 }).toBuffer()
    return { width, height, placeholder: `data:image/webp;base64,${small.toString('base64')}`, variants }
  }

  /** Upright, by what its header says. Reads no pixels. */
  async function measure(bytes: Uint8Array): Promise<{ width: number; height: number }> {
    const type = await fileTypeFromBuffer(bytes)
    if (!type || !knownTypes.has(type.mime)) throw pollError('UNSUPPORTED_TYPE', {}, whatToSend)
    const { autoOrient, pages = 1 } = await sharp(bytes, { ...options, limitInputPixels: false }).metadata()
    const fault = pictureFault(autoOrient.width, autoOrient.height, pages)
    if (fault) throw pollError('INVALID', { issues: [{ path: 'image', message: fault }] }, fault)
    return autoOrient
  }

  return {
    encode: (bytes) =>
      encode(bytes).catch((error: unknown) => {
        if (error instanceof PollError) throw error
        if (/timeout/i.test(String(error))) throw pollError('BUSY', { retryAfter: 5000 })
        throw Object.assign(pollError('UNSUPPORTED_TYPE', {}, whatToSend), { cause: error })
      }),
  }
}

const whatToSend = 'Send a whole picture: PNG, JPEG, WebP, AVIF or GIF.'

function widest(width: number): number {
  return Math.max(...imageWidths(width))
}

function missing(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`Pictures need the package ${name}: npm install sharp file-type busboy`, { cause })
  }
}
