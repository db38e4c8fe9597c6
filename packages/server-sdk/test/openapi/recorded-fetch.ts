import type { SeenAnswer } from './check-answer.ts'

/** Notes every answer of a server. @param headers sent besides what the caller sends; cookies are kept as a browser does */
export function recordedFetch(server: string, seen: SeenAnswer[], headers: Record<string, string> = {}): typeof fetch {
  let cookie: string | undefined
  return async (input, init) => {
    const sent = new Headers(init?.headers)
    for (const [name, value] of Object.entries(headers)) sent.set(name, value)
    if (cookie !== undefined) sent.set('cookie', cookie)
    const answer = await fetch(input, { ...init, headers: sent, redirect: 'manual' })
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie
    const type = answer.headers.get('content-type')?.split(';')[0]
    const path = new URL(String(input)).pathname.slice(new URL(server).pathname.length)
    const json = type === 'application/json' ? await answer.clone().json() : undefined
    seen.push({ method: init?.method ?? 'GET', path, status: answer.status, type, json })
    return answer
  }
}
