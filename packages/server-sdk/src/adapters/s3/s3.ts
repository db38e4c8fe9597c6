import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { checkKey, type ImageStore, storageUnavailable } from '../../ports/image-store.ts'

/** Your client, and where in which bucket pictures are. */
export interface S3Options {
  /**
   * The host's client: it knows the region, the endpoint and the credentials, and stays the host's. MinIO and others want
   * `new S3Client({ endpoint, forcePathStyle: true, ... })`.
   */
  readonly client: Pick<S3Client, 'send'>
  readonly bucket: string
  /** Begins all keys; two apps in one bucket need two. @default 'live-poll/' */
  readonly prefix?: string
  /** Milliseconds until an answer, or the next bytes of one, must have come. @default 10000 */
  readonly timeout?: number
}

/** Keys that one request may remove. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const mostKeys = 1000

/**
 * Pictures in a bucket of S3, or of what speaks its protocol. The bucket needs no public access: this server hands them
 * out. Needs the package `@aws-sdk/client-s3`.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ images: s3({ client: new S3Client({ region: 'eu-central-1' }), bucket: 'my-polls' }) })
 */
export function s3(options: S3Options): ImageStore {
  const { client, bucket, prefix = 'live-poll/', timeout = 10_000 } = options
  if (typeof client?.send !== 'function') {
    throw new Error('s3: client: send an S3Client, as in s3({ client: new S3Client({ region }), bucket }).')
  }
  if (typeof bucket !== 'string' || bucket === '') throw new Error('s3: bucket: send the name of a bucket.')
  if (!Number.isSafeInteger(timeout) || timeout < 1) throw new Error('s3: timeout: send milliseconds from 1.')
  const commands = loadCommands()

  function keyOf(key: string): string {
    checkKey(key)
    return prefix + key
  }

  return {
    name: 's3',

    async put(key, bytes, contentType) {
      const Key = keyOf(key)
      const { PutObjectCommand } = await commands()
      await reaching(timeout, async (abortSignal) => {
        const object = { Bucket: bucket, Key, Body: bytes, ContentType: contentType, ContentLength: bytes.byteLength }
        await client.send(new PutObjectCommand(object), { abortSignal })
      })
    },

    async get(key, range) {
      const Key = keyOf(key)
      const { GetObjectCommand, HeadObjectCommand } = await commands()
      const Range = range && `bytes=${range.first}-${range.last}`
      return reaching(timeout, async (abortSignal) => {
        const answer = await client
          .send(new GetObjectCommand({ Bucket: bucket, Key, Range }), { abortSignal })
          .catch(unless('NoSuchKey', 'InvalidRange'))
        if (answer === 'NoSuchKey') return undefined
        if (answer !== 'InvalidRange') {
          return { size: sizeOf(answer), bytes: read(answer.Body as AsyncIterable<Uint8Array>, timeout) }
        }
        const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }), { abortSignal })
        return { size: ContentLength, bytes: nothing() }
      })
    },

    async delete(keys) {
      const { DeleteObjectsCommand } = await commands()
      for (let at = 0; at < keys.length; at += mostKeys) {
        const Objects = keys.slice(at, at + mostKeys).map((key) => ({ Key: keyOf(key) }))
        await reaching(timeout, async (abortSignal) => {
          const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })
          const { Errors = [] } = await client.send(command, { abortSignal })
          if (Errors[0]) throw new Error(`${Errors[0].Key}: ${Errors[0].Message}`)
        })
      }
    },
  }
}

function loadCommands() {
  let loading: Promise<typeof import('@aws-sdk/client-s3')> | undefined
  return () => {
    loading ??= import('@aws-sdk/client-s3').catch(() => {
      throw new Error('s3 needs the package @aws-sdk/client-s3: npm install @aws-sdk/client-s3')
    })
    return loading
  }
}

/** Of the whole object, also where a part of it was asked for. */
function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number {
  const whole = /\/(\d+)$/.exec(ContentRange ?? '')?.[1]
  return Number(whole ?? ContentLength ?? 0)
}

/** @returns the name of an error that is one of these */
function unless<Name extends string>(...names: readonly Name[]): (error: unknown) => Name {
  return (error) => {
    const name = names.find((one) => one === (error as { name?: unknown }).name)
    if (name === undefined) throw error
    return name
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {}

/** Whoever has stopped to send is not waited for. */
async function* read(body: AsyncIterable<Uint8Array>, timeout: number): AsyncIterable<Uint8Array> {
  const bytes = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await inTime(bytes.next(), timeout)
      if (done) return
      yield value
    }
  } catch (error) {
    throw storageUnavailable(error)
  } finally {
    void Promise.resolve(bytes.return?.()).catch(() => {}) // a socket that hangs would hang here, too
  }
}

async function reaching<T>(timeout: number, work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  try {
    return await inTime(work(abort.signal), timeout)
  } catch (error) {
    abort.abort()
    throw storageUnavailable(error)
  }
}

async function inTime<T>(promise: Promise<T>, timeout: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeout} ms.`)), timeout)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
