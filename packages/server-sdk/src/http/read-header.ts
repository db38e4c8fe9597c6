import type { HttpRequest } from './http-message.ts'

/** @param name in lower case */
export function headerOf(request: Pick<HttpRequest, 'headers' | 'header'>, name: string): string | null {
  return request.header ? request.header(name) : request.headers.get(name)
}
