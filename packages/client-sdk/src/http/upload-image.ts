import { pollError } from '../protocol/errors.ts'
import type { StoredImage } from '../protocol/models.ts'
import { type RequestOptions, readAnswer } from './request.ts'
import { shrinkImage } from './shrink-image.ts'

/** How a picture is sent. */
export interface UploadOptions {
  /** Called while it goes, with the part that is sent, 0 to 1. A browser tells; where nothing does, only the end is told. */
  readonly onProgress?: (part: number) => void
  /** Stops it: the upload then rejects with the signal's reason, and nothing is stored. */
  readonly signal?: AbortSignal
}

export type UploadImage = (file: Blob, options?: UploadOptions) => Promise<StoredImage>

/** Milliseconds: a large picture over a bad connection, and its turn at being made smaller there. */
const patience = 120_000

export function createUploadImage({ server, token, fetch }: RequestOptions): UploadImage {
  const url = `${server}/images`

  function headersOf(body: Blob): Record<string, string> {
    return {
      'content-type': body.type || 'application/octet-stream', // the server looks at what it is
      'live-poll-client': '1',
      ...(token && { authorization: `Bearer ${token}` }),
    }
  }

  async function byFetch(body: Blob, signal: AbortSignal): Promise<StoredImage> {
    const call = { method: 'POST', headers: headersOf(body), body, credentials: 'include', signal } as const
    const answer = await (fetch ?? globalThis.fetch)(url, call).catch(() => undefined)
    return readAnswer(server, answer?.status ?? 0, (await answer?.text().catch(() => '')) ?? '')
  }

  /** `fetch` does not tell how far it has come. */
  function byXhr(body: Blob, signal: AbortSignal, onProgress: (part: number) => void): Promise<StoredImage> {
    return new Promise((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      const end = () => {
        try {
          resolve(readAnswer(server, xhr.status, xhr.responseText))
        } catch (error) {
          reject(error)
        }
      }
      xhr.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0))
      xhr.addEventListener('loadend', end) // also when it has failed: it has no status then
      signal.addEventListener('abort', () => xhr.abort())
      xhr.open('POST', url)
      xhr.withCredentials = true
      for (const [name, value] of Object.entries(headersOf(body))) xhr.setRequestHeader(name, value)
      xhr.send(body)
    })
  }

  return async (file, { onProgress, signal } = {}) => {
    signal?.throwIfAborted()
    const body = await shrinkImage(file)
    if (body.size === 0) throw pollError('INVALID', { issues: [{ path: 'image', message: 'The file is empty.' }] })
    const either = new AbortController()
    const stop = () => either.abort()
    const late = setTimeout(stop, patience)
    signal?.addEventListener('abort', stop)
    try {
      const isByXhr = onProgress && !fetch && typeof XMLHttpRequest === 'function'
      signal?.throwIfAborted()
      const stored = await (isByXhr ? byXhr(body, either.signal, onProgress) : byFetch(body, either.signal))
      onProgress?.(1)
      return stored
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      clearTimeout(late)
      signal?.removeEventListener('abort', stop)
    }
  }
}
