import { readFile } from 'node:fs/promises'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { entityTag, hasEntity } from './respond.ts'

/** Serves the widget's script, for a `<script type="module">` on any page. */
export type WidgetFile = (request: HttpRequest) => Promise<HttpReply>

/** @param file the built script; read at the first request, then kept */
export function createWidgetFile(file: URL): WidgetFile {
  let loading: Promise<{ bytes: Uint8Array; etag: string }> | undefined
  return async (request) => {
    loading ??= readFile(file).then((bytes) => ({ bytes, etag: entityTag(bytes) }))
    const script = await loading.catch((cause) => {
      loading = undefined
      throw new Error('The widget is missing from this build; run "npm run build".', { cause })
    })
    const headers = {
      etag: script.etag,
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    }
    if (hasEntity(request, script.etag)) return { status: 304, headers, body: null }
    return {
      status: 200,
      headers: { ...headers, 'content-type': 'text/javascript; charset=utf-8' },
      body: script.bytes,
    }
  }
}
