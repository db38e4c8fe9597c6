import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import { invalid } from './route.ts'

/** Takes a file out of a body, piece by piece. */
export interface FileTaker {
  /** @returns why the whole is refused, as soon as that is known */
  take(piece: Uint8Array): Promise<PollError | undefined>
  /** Forgets what it has: nothing is taken any more. */
  drop(): void
  /** After the last piece. @throws PollError `INVALID` where it was not whole */
  end(): Promise<Uint8Array>
}

/** Fields besides the file are let be, as long as there are not many. */
const mostFields = 10

/**
 * Takes the only file of a form, by busboy, a package of the host's. What the file is called and which type it claims to be
 * are the sender's words: neither is looked at.
 *
 * @param tooLarge why a file of more than `maxBytes` is refused
 * @throws PollError `INVALID` without a boundary; `UNSUPPORTED_TYPE` where busboy is not installed
 */
export async function takeFileOfForm(
  contentType: string,
  maxBytes: number,
  tooLarge: () => PollError,
): Promise<FileTaker> {
  const { default: busboy } = await import('busboy').catch((cause: unknown) => {
    throw Object.assign(pollError('UNSUPPORTED_TYPE', {}, noBusboy), { cause })
  })
  const limits = {
    ...{ files: 1, fileSize: maxBytes + 1 }, // one that is exactly as large as may be is not cut
    ...{ fields: mostFields, parts: mostFields + 1, fieldSize: 1000, fieldNameSize: 100, headerPairs: 20 },
  }
  const parser = (() => {
    try {
      return busboy({ headers: { 'content-type': contentType }, limits })
    } catch {
      throw invalid('image', 'Send the form with its boundary: the one in this request has none.')
    }
  })()

  const pieces: Uint8Array[] = []
  let refusal: PollError | undefined
  const refuse = (error: PollError) => {
    refusal ??= error
  }
  parser.on('file', (_field, file) => {
    file.on('data', (piece: Uint8Array) => void pieces.push(piece))
    file.on('limit', () => refuse(tooLarge()))
    file.on('error', () => {}) // of a form that breaks off: the parser says it, too, and nobody may throw it
  })
  parser.on('filesLimit', () => refuse(invalid('image', 'Send one picture in a request.')))
  const tooMuch = () => refuse(invalid('image', 'Send a form with the picture and not much else.'))
  parser.on('fieldsLimit', tooMuch)
  parser.on('partsLimit', tooMuch)
  parser.on('error', () => refuse(invalid('image', 'Send a whole form: this one is broken.')))
  const closed = new Promise<void>((resolve) => void parser.once('close', resolve))

  return {
    async take(piece) {
      if (!parser.write(piece)) {
        await Promise.race([closed, new Promise<void>((resolve) => void parser.once('drain', resolve))])
      }
      return refusal
    },
    drop() {
      pieces.length = 0
      parser.destroy()
    },
    async end() {
      parser.end()
      await closed
      if (refusal) throw refusal
      return Buffer.concat(pieces)
    },
  }
}

const noBusboy =
  'Send the picture itself as the body, as image/*: for forms, this server needs the package busboy (npm install busboy).'
