import { S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'

export interface S3UnderTest {
  readonly client: S3Client
  readonly endpoint: string
  readonly bucket: string
  stop(): Promise<void>
}

/** A client as the host's, for whatever answers there. It gives up at the first failure: the tests make them. */
export function connectS3(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

/** A server that speaks the protocol of S3, in this process, with one empty bucket. */
export async function startS3(): Promise<S3UnderTest> {
  const bucket = 'polls'
  const server = await startFauxqs({ port: 0, logger: false, init: { buckets: [bucket] } })
  const endpoint = `http://127.0.0.1:${server.port}`
  const client = connectS3(endpoint)
  return {
    ...{ client, endpoint, bucket },
    async stop() {
      client.destroy()
      await server.stop()
    },
  }
}
