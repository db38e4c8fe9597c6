import { type Answer, type CallOptions, createHttpClient } from '../http-client.ts'

/** A page of a site in a browser of its own: it sends its origin, our header and the cookie it was given. */
export function openPage(server: string, origin = server) {
  const http = createHttpClient(server)
  let cookie: string | undefined
  return {
    get cookie() {
      return cookie
    },
    async call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer<T>> {
      const headers = { origin, 'live-poll-client': '1', ...(cookie && { cookie }), ...options.headers }
      const answer = await http<T>(method, path, { ...options, body, headers })
      const [given] = answer.headers['set-cookie'] ?? []
      if (given) cookie = given.includes('Max-Age=0') ? undefined : given.split(';')[0]
      return answer
    },
  }
}

export type Page = ReturnType<typeof openPage>
