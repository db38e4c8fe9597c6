import { createLivePoll, type LivePoll, type LivePollOptions } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel as attachToWs } from '@live-poll/server-sdk/ws'
import { adminKey } from './admin-key.ts'
import { type ChannelServerName, channelListeners, channelUrl, listen } from './listeners.ts'
import { neverShed } from './never-shed.ts'
import { createRecordingLogger, type RecordingLogger } from './recording-logger.ts'
import { makeStorage, storageIn } from './servers/storage.ts'
import { isWithoutUws } from './without-uws.ts'

export interface RunningLivePoll {
  readonly livePoll: LivePoll
  readonly logger: RecordingLogger
  /** Names its storage, and holds its pictures. Another Live Poll of this process may share it. */
  readonly directory: string
  /** As in `http://127.0.0.1:40123`; the routes are under `/live-poll`. */
  readonly origin: string
  /** For `openRawSocket`. */
  readonly channelUrls: Readonly<Record<ChannelServerName, string>>
  /** Closes it, its servers and their sockets, and removes the storage it made. */
  stop(): Promise<void>
}

/**
 * Starts Live Poll on real servers: Node's HTTP with `ws` on one free port, uWebSockets.js and Socket.IO on others.
 * @param options with a `directory`, that storage is used and left in place; without, one is made and removed
 */
export async function startLivePoll({
  directory,
  ...options
}: LivePollOptions & { readonly directory?: string } = {}): Promise<RunningLivePoll> {
  const made = directory === undefined ? await makeStorage() : undefined
  const folder = made?.directory ?? directory ?? ''
  const logger = createRecordingLogger()
  const livePoll = createLivePoll({
    ...{ ...storageIn(folder), adminKey, logger, shedding: neverShed },
    ...options,
  })
  await livePoll.ready()
  const http = await listen(toNodeHandler(livePoll))
  const detach = attachToWs(http.server, livePoll)
  const uws = isWithoutUws ? undefined : await channelListeners['uWebSockets.js'](livePoll)
  const socketIo = await channelListeners['Socket.IO'](livePoll)
  return {
    livePoll,
    logger,
    directory: folder,
    origin: http.origin,
    channelUrls: {
      ws: channelUrl(http.origin, livePoll),
      'uWebSockets.js': uws?.channelUrl ?? 'not there',
      'Socket.IO': socketIo.channelUrl,
    },
    async stop() {
      await livePoll.close()
      detach()
      await uws?.close()
      await socketIo.close()
      await http.close()
      await made?.drop()
    },
  }
}
