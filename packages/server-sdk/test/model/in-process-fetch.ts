import type { LivePoll } from '@live-poll/server-sdk'

/** A `fetch` that asks the routes themselves, without a network between. */
export function inProcessFetch({ handle }: Pick<LivePoll, 'handle'>): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const url = new URL(String(input))
    const reply = await handle({
      method: init.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: new Headers(init.headers),
      readBody: async () => ({ bytes: new TextEncoder().encode(String(init.body ?? '')) }),
    })
    if (!reply) return new Response(null, { status: 404 })
    const { status, headers, body } = reply
    return new Response(body === null || status === 304 ? null : String(body), { status, headers })
  }
}
