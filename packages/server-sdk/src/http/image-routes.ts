import { PollError, pollError, type StoredImage } from '@live-poll/client-sdk/protocol'
import type { DeleteImage } from '../actions/delete-image.ts'
import type { LoadImage } from '../actions/load-image.ts'
import type { FoundImage, ReadImage } from '../actions/read-image.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Access } from './access.ts'
import { wantedRange } from './byte-range.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { headerOf } from './read-header.ts'
import { readUpload } from './read-upload.ts'
import { hasEntity, json } from './respond.ts'
import { invalid, noContent, type Route } from './route.ts'
import { streamBytes } from './stream-bytes.ts'

export interface ImageRouteParts {
  readonly access: Access
  readonly metrics: Pick<Metrics, 'count' | 'countBy'>
  /** @throws PollError where the host keeps no pictures */
  readonly images: () => ServedImages
}

export interface ServedImages {
  readonly storeImage: (bytes: Uint8Array, owner: string | null) => Promise<StoredImage>
  readonly deleteImage: DeleteImage
  readonly readImage: Pick<ReadImage, 'find' | 'remembered'>
  readonly loadImage: LoadImage
  /** Of one upload, in bytes. */
  readonly maxBytes: number
  /** Where a browser finds an object instead: a CDN, or a URL that is signed for it. */
  readonly redirect?: ((key: string, object: { contentType: string }) => string | Promise<string>) | undefined
}

/** Uploads that may come in at once: their bytes are in memory. */
const mostUploads = 64

/** Whatever it says that it is: a browser shows it as a picture, and runs nothing of it. */
const harmless = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  // Shown on the pages that embed a poll, those that are isolated among them.
  'cross-origin-resource-policy': 'cross-origin',
}

/** Pictures: what organizers upload, and everyone is shown. */
export function createImageRoutes(parts: ImageRouteParts): readonly Route[] {
  const { access, metrics } = parts
  let uploads = 0

  async function upload(request: HttpRequest, owner: string | null): Promise<StoredImage> {
    const { storeImage, maxBytes } = parts.images()
    if (uploads >= mostUploads) throw pollError('BUSY', { retryAfter: 2000 }, 'Too many pictures are uploaded.')
    uploads++
    try {
      return await storeImage(await readUpload(request, maxBytes), owner)
    } catch (error) {
      if (error instanceof PollError) metrics.countBy('live_poll_images_refused_total', error.code)
      throw error
    } finally {
      uploads--
    }
  }

  /** Most are asked for again and again: then nothing here waits for anything. */
  async function show(request: HttpRequest, id: string): Promise<HttpReply> {
    const { readImage, loadImage, redirect } = parts.images()
    const { query } = request
    const format = acceptsAvif(headerOf(request, 'accept')) ? 'avif' : 'webp'
    const asked = { id, width: widthIn(query.get('w')), format, key: query.get('key') } as const
    const found = readImage.remembered(asked) ?? (await readImage.find(asked))
    if (hasEntity(request, found.etag)) return { status: 304, headers: headersOf(found), body: null }
    if (redirect) return redirected(await redirect(found.objectKey, { contentType: found.contentType }))

    const kept = loadImage.kept(found.objectKey)
    const { size, bytes } = kept ? { size: kept.length, bytes: kept } : await loadImage.load(found.objectKey)
    const range = wantedRange(request, size, found.etag)
    if (range === 'none such') return noSuchPart(headersOf(found), size)
    const { first, last } = range ?? { first: 0, last: size - 1 }
    if (request.method !== 'HEAD') metrics.count('live_poll_image_bytes_total', last + 1 - first)
    const status = range ? 206 : 200
    const headers = range
      ? { ...wholeHeadersOf(found), 'content-range': `bytes ${first}-${last}/${size}` }
      : wholeHeadersOf(found)
    if (bytes) return { status, headers, body: range ? bytes.subarray(first, last + 1) : bytes }
    const streamed = { ...headers, 'content-length': String(last + 1 - first) }
    if (request.method === 'HEAD') return { status, headers: streamed, body: null }
    const stream = streamBytes(await loadImage.stream(found.objectKey, { first, last }))
    return { status, headers: streamed, body: null, stream }
  }

  return [
    {
      method: 'POST',
      path: '/images',
      actions: ['uploadImage'],
      async handle(request) {
        const owner = await access.requireOrganizer(request, 'uploadImage')
        return json(201, await upload(request, owner))
      },
    },
    {
      method: 'GET',
      path: '/images/:image',
      actions: ['viewImage'],
      load: 'watch',
      handle: (request, { image = '' }) => show(request, image),
    },
    {
      method: 'DELETE',
      path: '/images/:image',
      actions: ['deleteImage'],
      async handle(request, { image = '' }) {
        const owner = await access.requireOrganizer(request, 'deleteImage')
        await parts.images().deleteImage(image, owner)
        return noContent
      },
    },
  ]
}

function headersOf({ etag, isPublic }: FoundImage): Record<string, string> {
  return {
    ...harmless,
    etag,
    'cache-control': isPublic ? 'public, max-age=31536000, immutable' : 'private, max-age=86400, immutable',
    vary: 'Accept, Origin',
  }
}

/** Made once for each picture that is remembered. */
const wholeHeaders = new WeakMap<FoundImage, Readonly<Record<string, string>>>()

function wholeHeadersOf(found: FoundImage): Readonly<Record<string, string>> {
  let headers = wholeHeaders.get(found)
  if (!headers) {
    headers = { ...headersOf(found), 'content-type': found.contentType, 'accept-ranges': 'bytes' }
    wholeHeaders.set(found, headers)
  }
  return headers
}

function noSuchPart(shared: Record<string, string>, size: number): HttpReply {
  const own = { 'cache-control': 'no-store', 'content-range': `bytes */${size}`, 'content-length': '0' }
  return { status: 416, headers: { ...shared, ...own }, body: null }
}

function redirected(location: string): HttpReply {
  if (!URL.canParse(location)) throw new Error('The option "images.redirect" must return a URL.')
  return { status: 302, headers: { location, 'cache-control': 'no-store', vary: 'Accept, Origin' }, body: null }
}

/** Not where it is named to say that it is not wanted (RFC 9110, section 12.4.2). */
function acceptsAvif(accept: string | null): boolean {
  return accept !== null && /image\/avif(?! *; *q=0(\.0*)? *(,|$))/i.test(accept)
}

function widthIn(text: string | null): number | undefined {
  if (text === null) return undefined
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw invalid('w', 'Send a width in pixels, from 1 to 99999.')
}
