/** What the environment says about this node. Of S3, the AWS SDK reads region and credentials by itself. */
export interface Settings {
  /** Of the routes. */
  readonly port: number
  readonly channelPort: number
  readonly database: string
  /** Some servers of the Redis Cluster; they name the others. */
  readonly redis: readonly { readonly host: string; readonly port: number }[]
  readonly s3Endpoint: string
  readonly s3Bucket: string
  readonly kafkaBrokers: readonly string[]
  readonly kafkaTopic: string
  /** The same on every node. */
  readonly secret: string
  readonly adminKey: string
}

/** @throws Error that names the variable which is missing */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  function read(name: string): string {
    const value = environment[name]
    if (!value) throw new Error(`${name} must be set.`)
    return value
  }
  const readList = (name: string) => read(name).split(',')
  return {
    port: Number(read('PORT')),
    channelPort: Number(read('LIVE_POLL_CHANNEL_PORT')),
    database: read('LIVE_POLL_DATABASE'),
    redis: readList('REDIS_NODES').map((address) => {
      const [host = '', port] = address.split(':')
      return { host, port: Number(port) }
    }),
    s3Endpoint: read('S3_ENDPOINT'),
    s3Bucket: read('S3_BUCKET'),
    kafkaBrokers: readList('KAFKA_BROKERS'),
    kafkaTopic: read('KAFKA_TOPIC'),
    secret: read('LIVE_POLL_SECRET'),
    adminKey: read('LIVE_POLL_ADMIN_KEY'),
  }
}
