import type { ErrorCode } from '@live-poll/client-sdk/protocol'
import type { TSchema } from 'typebox'

/** Who may call: whom `security` of the document lists. */
export type Caller = 'organizer' | 'voter' | 'viewer' | 'account' | 'anyone'

/** What the document says of a route besides what the table of routes does. */
export interface Operation {
  readonly id: string
  readonly summary: string
  readonly by: Caller
  readonly query?: Readonly<Record<string, Parameter>>
  readonly headers?: Readonly<Record<string, Parameter>>
  /** Of the request, as JSON; `isOptional`: it may be left out. */
  readonly body?: { readonly schema: TSchema; readonly isOptional?: true }
  /** Of the request, where it is no JSON: its media types. */
  readonly upload?: readonly string[]
  /** By status. */
  readonly answers: Readonly<Record<number, OperationAnswer>>
  /** Besides those that follow from `by`, the body, the path and the load. */
  readonly errors?: readonly ErrorCode[]
}

export interface Parameter {
  readonly schema: TSchema
  readonly description: string
  readonly isRequired?: true
}

export interface OperationAnswer {
  readonly description: string
  /** Of JSON. Left out with `types`: bytes or text; without: no body. */
  readonly schema?: TSchema
  readonly types?: readonly string[]
  /** Names of headers that it has, besides those of every answer. */
  readonly headers?: readonly (keyof typeof headerTexts)[]
}

export const headerTexts = {
  etag: 'Send it as If-None-Match: an answer of the same content is then 304.',
  'live-poll-now': "The database's clock, by which polls open and close.",
  'set-cookie': 'The session.',
  location: 'Where the picture is.',
  'content-range': 'Which part it is.',
} as const
