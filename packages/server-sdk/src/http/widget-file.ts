import { readFile } from 'node:fs/promises'
import { pollError } from '@live-poll/client-sdk/protocol'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { entityTag, hasEntity } from './respond.ts'

const types: Record<string, string> = { js: 'text/javascript', txt: 'text/plain' }

/** Serves the widget to any page, whatever its origin. */
export interface WidgetFile {
  /** The script, for a `<script type="module">`. */
  script(request: HttpRequest): Promise<HttpReply>
  /**
   * What the script loads only when it needs it, and the licenses that it names: what is under a hash never changes.
   * @throws PollError NOT_FOUND
   */
  chunk(request: HttpRequest, hash: string, file: string): Promise<HttpReply>
}

/** @param directory the built files; each is read at its first request, then kept */
export function createWidgetFile(directory: URL): WidgetFile {
  const files = new Map<string, Promise<{ bytes: Uint8Array; etag: string }>>()

  async function serve(request: HttpRequest, path: string, caching: string): Promise<HttpReply> {
    const loading =
      files.get(path) ?? readFile(new URL(path, directory)).then((bytes) => ({ bytes, etag: entityTag(bytes) }))
    files.set(path, loading)
    const script = await loading.catch((cause) => {
      files.delete(path)
      throw cause
    })
    const headers = {
      etag: script.etag,
      'cache-control': `public, ${caching}`,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    }
    if (hasEntity(request, script.etag)) return { status: 304, headers, body: null }
    return {
      status: 200,
      headers: { ...headers, 'content-type': `${types[path.replace(/.*\./, '')]}; charset=utf-8` },
      body: script.bytes,
    }
  }

  return {
    script: (request) =>
      serve(request, 'widget.js', 'max-age=300').catch((cause) => {
        throw new Error('The widget is missing from this build; run "npm run build".', { cause })
      }),
    async chunk(request, hash, file) {
      if (!/^[A-Z0-9]+$/.test(hash) || !/^[\w-]+\.(js|txt)$/.test(file)) throw pollError('NOT_FOUND')
      return serve(request, `widget/${hash}/${file}`, 'max-age=31536000, immutable').catch(() => {
        throw pollError('NOT_FOUND')
      })
    },
  }
}
