import { Kafka, logLevel } from 'kafkajs'
import { needProgram } from './need-program.ts'
import { type OwnServer, type ServerPrograms, startOwnServer } from './own-server.ts'

const kcat = needProgram('kcat', 'kcat')

/** As `describe`. Without kcat it is skipped, or under CI=true fails. */
export const describeOnKafka = kcat.describe

/** Brokers that speak the protocol of Kafka. They keep a little of what they are sent: read it throughout. */
export type TestKafka = Pick<OwnServer, 'pause' | 'resume' | 'stop'> & {
  readonly kafka: Kafka
  /** Host and port of one. */
  readonly broker: string
}

/**
 * Starts the mock cluster of librdkafka, which kcat runs for itself. Killed, it is another cluster: it can only be paused.
 * @throws where kcat is not installed
 */
export async function startKafka(): Promise<TestKafka> {
  const server = await startOwnServer(programs(kcat.path()))
  const broker = /bootstrap.servers.* replaced with (\S+)/.exec(server.log())?.[1]
  if (broker === undefined) throw new Error(`kcat does not say where its brokers are.\n${server.log()}`)
  const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 }
  return {
    ...{ ...server, broker },
    kafka: new Kafka({
      ...{ brokers: [broker], logLevel: logLevel.NOTHING, connectionTimeout: 1000, requestTimeout: 2000, retry },
    }),
  }
}

function programs(path: string): ServerPrograms {
  const cluster = ['-X', 'test.mock.num.brokers=1']
  return {
    user: 'nobody',
    init: () => ['true'],
    serve: () => [path, '-C', '-b', 'nowhere:9', '-t', 'unused', ...cluster],
    endSignal: 'KILL',
    readyLine: 'Mock cluster enabled',
    tooSoonLine: 'never said',
    portTakenLine: 'never said',
  }
}
