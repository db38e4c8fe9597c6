import { STATUS_CODES } from 'node:http'
import type { HttpReply } from '../index.ts'
import type { UwsBodySource } from './uwebsockets-body.ts'
import { startStream, type UwsStream, type UwsStreamResponse } from './uwebsockets-stream.ts'

export type { UwsStream } from './uwebsockets-stream.ts'

/** What is used of a `uWS.HttpResponse`. */
export interface UwsHttpResponse extends UwsBodySource, UwsStreamResponse {
  onAborted(leave: () => void): unknown
  getRemoteAddressAsText(): ArrayBuffer
  writeStatus(status: string): unknown
  writeHeader(name: string, value: string): unknown
  endWithoutBody(length?: number): unknown
}

/** Bytes above which a body is written as the network takes it: uWebSockets.js would copy what it has to keep. */
const mostAtOnce = 64 * 1024

/**
 * @param isCutOff whether the client may still be sending, and is not to
 * @returns what to tell when the client leaves, for a body that is written piece by piece
 */
export function sendReply(
  response: UwsHttpResponse,
  { status, headers, body, stream }: HttpReply,
  isHead: boolean,
  isCutOff: boolean,
): UwsStream | undefined {
  const declared = headers['content-length']
  const said = declared === undefined ? undefined : Number(declared)
  const length = body === null ? said : Buffer.byteLength(body)

  let started: UwsStream | undefined
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`)
    for (const [name, value] of Object.entries(headers)) {
      if (/[\r\n\0]/.test(value)) throw new Error(`The header ${name} of a reply is broken.`) // nobody else looks
      if (name !== 'content-length') response.writeHeader(name, value) // that one it writes by itself
    }
    if (isHead) endWithout(response, length)
    else if (stream) started = startStream(response, stream, said)
    else if (status === 204 || status === 304) endWithout(response)
    else if (body !== null && length !== undefined && length > mostAtOnce) {
      started = startStream(response, writing(body), length)
    } else response.end(body ?? '', isCutOff)
  })
  return started
}

function writing(body: string | Uint8Array): NonNullable<HttpReply['stream']> {
  return (sink) => {
    sink.write(body)
    return { drained() {}, closed() {} }
  }
}

/** An argument that is undefined would count as a number. */
function endWithout(response: UwsHttpResponse, length?: number) {
  if (length === undefined) response.endWithoutBody()
  else response.endWithoutBody(length)
}
