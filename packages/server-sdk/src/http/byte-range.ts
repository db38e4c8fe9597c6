import type { HttpRequest } from './http-message.ts'
import { headerOf } from './read-header.ts'

/** The first byte and the last one. */
export interface WantedRange {
  readonly first: number
  readonly last: number
}

/**
 * Which part of so many bytes is asked for (RFC 9110, section 14.2). Undefined: all of them, as for several parts at once,
 * for units other than bytes, or for a part of what has changed since.
 */
export function wantedRange(request: HttpRequest, size: number, etag: string): WantedRange | 'none such' | undefined {
  const condition = headerOf(request, 'if-range')
  if (condition !== null && condition.trim() !== etag) return undefined
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headerOf(request, 'range')?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'none such' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < first) return undefined // no range at all
  return first >= size ? 'none such' : { first, last }
}
