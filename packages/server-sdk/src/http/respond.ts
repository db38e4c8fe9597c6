import { createHash } from 'node:crypto'
import { type ErrorBody, errors, type PollError } from '@live-poll/client-sdk/protocol'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { headerOf } from './read-header.ts'

export function json(status: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  }
}

/** 200 with an ETag of the body, or 304 if the asker has it (RFC 9110, section 13); the headers stand on both. */
export function conditionalJson(
  request: HttpRequest,
  value: unknown,
  more: Readonly<Record<string, string>> = {},
): HttpReply {
  const body = JSON.stringify(value)
  const headers = { 'cache-control': 'no-cache', etag: entityTag(body), ...more }
  if (hasEntity(request, headers.etag)) return { status: 304, headers, body: null }
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }
}

export function entityTag(body: string | Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

export function hasEntity(request: HttpRequest, etag: string): boolean {
  const asked = headerOf(request, 'if-none-match')?.split(',') ?? []
  return asked.some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}

export function errorReply(error: PollError, requestId: string): HttpReply {
  const { code, message, details } = error
  const body: ErrorBody = { error: { code, message, ...details, requestId } }
  const { retryAfter } = details
  const headers: Record<string, string> = {}
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(retryAfter / 1000))
  if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer'
  return json(errors[code].status, body, headers)
}
