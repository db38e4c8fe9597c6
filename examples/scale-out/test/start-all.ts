import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createClosing } from '../../../packages/server-sdk/test/faults/fleet-on-postgres.ts'
import { startKafka } from '../../../packages/server-sdk/test/servers/kafka.ts'
import { startNginx } from '../../../packages/server-sdk/test/servers/nginx.ts'
import { createPostgresDatabase } from '../../../packages/server-sdk/test/servers/postgres.ts'
import { connectPostgres } from '../../../packages/server-sdk/test/servers/postgres-database.ts'
import { startReplicatedCluster } from '../../../packages/server-sdk/test/servers/redis-cluster.ts'
import { startS3 } from '../../../packages/server-sdk/test/servers/s3.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export const adminKey = `lpa_${randomBytes(24).toString('base64url')}`
export const topic = 'polls'

export type Topology = Awaited<ReturnType<typeof startAll>>

/** What compose.yaml starts, from the system's packages and servers of the tests. */
export async function startAll() {
  const closing = createClosing()
  const database = await createPostgresDatabase()
  closing.add(database.drop)
  const { db, close } = connectPostgres(database.url)
  closing.add(close)
  const [redis, bucket, brokers] = await Promise.all([startReplicatedCluster(), startS3(), startKafka()])
  closing.add(redis.stop, bucket.stop, brokers.stop)
  const environment = {
    NODE_ENV: 'production',
    LIVE_POLL_DATABASE: database.url,
    LIVE_POLL_SECRET: randomBytes(32).toString('base64url'),
    LIVE_POLL_ADMIN_KEY: adminKey,
    REDIS_NODES: redis.servers.map(({ port }) => `127.0.0.1:${port}`).join(),
    S3_ENDPOINT: bucket.endpoint,
    S3_BUCKET: bucket.bucket,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    KAFKA_BROKERS: brokers.broker,
    KAFKA_TOPIC: topic,
  }
  const nodes = await Promise.all([1, 2, 3].map((index) => startNode(`node-${index}`, environment)))
  for (const node of nodes) closing.add(node.kill)
  const nginx = await startNginx((port) => exampleConf(port, nodes))
  closing.add(nginx.stop)
  return {
    ...{ db, redis, bucket, kafka: brokers.kafka, nodes, nginx },
    /** Base URL of the API, through nginx. */
    server: `http://127.0.0.1:${nginx.port}/live-poll`,
    closing,
  }
}

/** The example's own file, with addresses of here. */
function exampleConf(port: number, nodes: readonly NodeProcess[]): string {
  let conf = readFileSync(new URL('../nginx.conf', import.meta.url), 'utf8')
  function replace(text: string, by: string) {
    if (conf.split(text).length !== 2) throw new Error(`nginx.conf is expected to have "${text}" once.`)
    conf = conf.replace(text, by)
  }
  replace('listen 8080;', `listen 127.0.0.1:${port};`)
  for (const { name, port, channelPort } of nodes) {
    replace(`${name}:3000 `, `127.0.0.1:${port} `)
    replace(`${name}:3001 `, `127.0.0.1:${channelPort} `)
  }
  return conf
}
