import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { StoredImage } from '@live-poll/client-sdk/protocol'
import { s3 } from '@live-poll/server-sdk/s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { newPicture } from '../pictures.ts'
import { type S3UnderTest, startS3 } from '../servers/s3.ts'
import { serveNode } from '../servers/serve-node.ts'
import { sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

for (const [name, describeOn, makeShared] of sharedDatabasesByTurns('pictures on two nodes')) {
  describeOn('Pictures on two nodes', () => {
    describe(`on ${name}`, () => {
      let bucket: S3UnderTest
      let nodes: NodesOnShared
      beforeAll(async () => {
        bucket = await startS3()
        const images = s3({ client: bucket.client, bucket: bucket.bucket })
        nodes = await startTwoNodesOn(makeShared, { adminKey, images })
      })
      afterAll(async () => {
        await nodes.stop()
        await bucket.stop()
      })

      it('50 uploads of one at once are one picture, and one set of objects', async () => {
        const body = await newPicture(1000, 500)
        const served = await Promise.all([nodes.a, nodes.b].map(serveNode))
        const calls = served.map(({ origin }) => createHttpClient(origin))
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            calls[index % 2]?.<StoredImage>('POST', '/images', { token: adminKey, body, type: 'image/png' }),
          ),
        )
        expect(answers.map((answer) => answer?.status)).toEqual(answers.map(() => 201))
        const [id, ...others] = new Set(answers.map((answer) => answer?.body.id))
        expect(others).toEqual([])
        const { Contents = [] } = await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.bucket }))
        expect(Contents.map(({ Key }) => Key?.replace(/\/\w+\/(?=\d+\.)/, '/')).sort()).toEqual(
          [1000, 320, 640].flatMap((width) => [`live-poll/${id}/${width}.avif`, `live-poll/${id}/${width}.webp`]),
        )
        const rows = await nodes.shared.db.selectFrom('live_poll_images').select(['id', 'state']).execute()
        expect(rows).toEqual([{ id, state: 'ready' }])
        await Promise.all(served.map(({ close }) => close()))
        expect(nodes.logger.errors).toEqual([])
      })
    })
  })
}
