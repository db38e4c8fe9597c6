/** One node of several, which are all alike. See the README. */
import { createServer } from 'node:http'
import { S3Client } from '@aws-sdk/client-s3'
import { createLivePoll } from '@live-poll/server-sdk'
import { kafka } from '@live-poll/server-sdk/kafka'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { postgres } from '@live-poll/server-sdk/postgres'
import { redis } from '@live-poll/server-sdk/redis'
import { s3 } from '@live-poll/server-sdk/s3'
import { Cluster } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { Pool } from 'pg'
import { serveChannel } from './serve-channel.ts'
import { readSettings } from './settings.ts'

const settings = readSettings(process.env)
const pool = new Pool({ connectionString: settings.database, pipeline: true })
const bucket = new S3Client({ endpoint: settings.s3Endpoint, forcePathStyle: true })
const producer = new Kafka({ brokers: [...settings.kafkaBrokers], logLevel: logLevel.NOTHING }).producer({
  allowAutoTopicCreation: true,
})
await producer.connect()

const livePoll = createLivePoll({
  database: postgres({ pool }),
  redis: redis({ client: new Cluster([...settings.redis], { lazyConnect: true }) }), // it is copied, and never connects itself
  images: s3({ client: bucket, bucket: settings.s3Bucket }),
  sinks: [kafka({ producer, topic: settings.kafkaTopic })],
  secret: settings.secret,
  adminKey: settings.adminKey,
  trustedProxies: 1, // nginx: without it all voters would be of one network
})
await livePoll.ready()
const server = createServer(toNodeHandler(livePoll)).listen(settings.port)
const channel = await serveChannel(livePoll, settings.channelPort)
console.log(`Ready on port ${settings.port}, its channel on ${settings.channelPort} by ${channel.by}.`)

process.once('SIGTERM', async () => {
  await livePoll.drain()
  channel.close()
  server.close()
  server.closeAllConnections() // those that nginx keeps open
  await Promise.all([producer.disconnect(), pool.end()])
  process.exit()
})
