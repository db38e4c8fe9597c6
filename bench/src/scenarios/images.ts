import type { ImageServer } from '../servers/images.ts'
import { profile } from './profile.ts'
import { type Contender, type Figures, withServer } from './world.ts'

/** (k) One picture, asked for again and again on connections that stay open: ours, beside the bare server it stands on. */
export const images: readonly Contender[] = [
  contender('k-ours', 'ours, on node:http', 'ours'),
  contender('k-plain', 'plain node:http', 'plain'),
]

function contender(key: string, title: string, variant: string): Contender {
  return {
    key,
    title,
    measure: (world) =>
      withServer<ImageServer, Figures>(world, 'images', variant, async (server) => {
        const { warmUp, seconds } = world.times
        const stopProfile = await profile(world, server, key)
        const report = await world.load.call('getOften', {
          ...{ port: await server.call('port', null), path: await server.call('path', null), connections: 64 },
          ...{ warmUp, seconds, parts: { server: server.pid, postgres: 0, redis: 0 } },
        })
        await stopProfile()
        const { answers, size, cpu } = report
        return {
          answers: answers / report.seconds,
          answerSize: size,
          server: cpu.server / answers,
          load: cpu.load / 1e6 / report.seconds,
        }
      }),
  }
}
